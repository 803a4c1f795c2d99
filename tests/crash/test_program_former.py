"""The program is killed at every step of giving an old clip's name to a new one, and of taking it back."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

from fakes.campaign import steps_of
from fakes.sabotage import Sabotage
from fakes.service import PRICE
from sora2batch.lockfile.file import read_lockfile

PROMPT = '"{{ animal }}"'
EDITED = '"a red {{ animal }}"'


def edit(campaign, before, after) -> None:
    path = campaign.folder / "small.yaml"
    path.write_text(path.read_text().replace(before, after))


def outputs_of(campaign) -> dict[str, str]:
    """Paths by prompt, as the lockfile has them; each holds what its line says, and there is nothing else."""
    found = {}
    for entry in read_lockfile(campaign.lock_path).entries.values():
        (output,) = entry.primary.outputs
        data = (campaign.folder / "out" / output.path).read_bytes()
        assert sha256(data).hexdigest() == output.sha256, campaign.transcript()
        found[entry.input["prompt"]] = output.path
    files = [path for path in (campaign.folder / "out").rglob("*") if path.is_file()]
    assert len(files) == len(found), (files, campaign.transcript())
    return found


def is_aside(path: str) -> bool:
    return path.startswith(".former/hero/fox.") and path.endswith(".jpg")


def begun(begin, name):
    """A campaign whose clip is there, and whose prompt was edited since."""
    campaign = begin(name, jobs=1, budget=2 * PRICE)
    assert campaign.run().code == 0, campaign.transcript()
    edit(campaign, PROMPT, EDITED)
    return campaign


def first_step_of_files(begin, tmp_path) -> int:
    """Run untouched to see when the new clip is whole; what comes before that has its tests elsewhere."""
    notes = tmp_path / "untouched.steps"
    assert begun(begin, "untouched").run(sabotage=Sabotage(steps_file=str(notes))).code == 0
    steps = steps_of(notes)
    assert steps.count("os: link") == 2, "the old clip's and the new one's"
    assert steps.count("remove .jpg") == 1
    return steps.index("PartFile: save") + 1


def test_killed_at_any_step_of_giving_way_the_new_clip_has_the_plain_name(begin, tmp_path):
    for number in count(first_step_of_files(begin, tmp_path)):
        campaign = begun(begin, f"{number:03}")
        ended = campaign.run(sabotage=Sabotage(kill_at=number))
        campaign.assert_money_is_safe()
        campaign.finish()
        assert campaign.call("verify", "small.yaml").code == 0, campaign.transcript()
        found = outputs_of(campaign)
        assert found["a red fox"] == "hero/fox.jpg", campaign.transcript()
        assert is_aside(found["fox"]), campaign.transcript()
        assert sorted(one.prompt for one in campaign.service.charges()) == ["a red fox", "fox"]
        assert campaign.lost() == []
        if not ended.was_killed:
            return


def test_killed_at_any_step_of_coming_back_each_clip_has_one_name(begin):
    for number in count(1):
        campaign = begun(begin, f"{number:03}")
        assert campaign.run().code == 0, campaign.transcript()
        edit(campaign, EDITED, PROMPT)
        fetched = campaign.service.calls.copy()
        ended = campaign.run(sabotage=Sabotage(kill_at=number))
        assert campaign.run().code == 0, campaign.transcript()
        found = outputs_of(campaign)
        assert found["fox"] == "hero/fox.jpg", campaign.transcript()
        assert is_aside(found["a red fox"]), campaign.transcript()
        assert campaign.service.calls == fetched, "nothing is asked of anybody"
        before = campaign.lock_path.read_bytes(), campaign.lock_path.stat().st_ino
        assert campaign.run().code == 0, campaign.transcript()
        assert (campaign.lock_path.read_bytes(), campaign.lock_path.stat().st_ino) == before
        if not ended.was_killed:
            return
