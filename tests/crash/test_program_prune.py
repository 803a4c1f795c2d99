"""`prune` is killed at every step: each file has a name that is known, and another call ends the work."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

from fakes.sabotage import Sabotage
from sora2batch.lockfile.file import read_lockfile
from sora2batch.lockfile.state import read_state

STRAY = b"\0\0\0\x18ftypmp42 a cut of somebody's"


def begun(begin, name):
    """Two clips of which one is no longer asked for, and a file that no lockfile lists."""
    campaign = begin(name, jobs=2)
    assert campaign.run().code == 0, campaign.transcript()
    path = campaign.folder / "small.yaml"
    path.write_text(path.read_text().replace("[fox, owl]", "[fox]"))
    (campaign.folder / "out/cut.mp4").write_bytes(STRAY)
    return campaign


def recorded(campaign, read) -> dict[str, str]:
    """Paths by prompt; each leads to the bytes that its line tells."""
    found = {}
    for entry in read(campaign.lock_path).entries.values():
        (output,) = entry.primary.outputs
        data = (campaign.folder / "out" / output.path).read_bytes()
        assert sha256(data).hexdigest() == output.sha256, campaign.transcript()
        found[entry.input["prompt"]] = output.path
    return found


def test_killed_at_any_step_every_file_has_a_name_and_another_call_ends_the_work(begin):
    for number in count(1):
        campaign = begun(begin, f"{number:03}")
        out = campaign.folder / "out"
        ended = campaign.call("prune", "small.yaml", "--yes", sabotage=Sabotage(kill_at=number))
        recorded(campaign, lambda path: read_state(path, manifest="small.yaml"))
        assert STRAY in {path.read_bytes() for path in out.rglob("*.mp4")}
        assert campaign.call("prune", "small.yaml", "--yes").code == 0, campaign.transcript()
        paths = recorded(campaign, read_lockfile)
        assert paths["fox"] == "hero/fox.jpg"
        assert paths["owl"].startswith(".former/hero/owl."), campaign.transcript()
        left = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        assert left == {*paths.values(), ".former/cut.mp4"}, campaign.transcript()
        if not ended.was_killed:
            return


def test_killed_at_any_step_of_deleting_nothing_is_missed_that_was_deleted_on_purpose(begin):
    for number in count(1):
        campaign = begun(begin, f"delete-{number:03}")
        out = campaign.folder / "out"
        delete = ("prune", "small.yaml", "--yes", "--delete")
        ended = campaign.call(*delete, sabotage=Sabotage(kill_at=number))
        assert campaign.call("verify", "small.yaml").code == 0, campaign.transcript()
        assert campaign.call(*delete).code == 0, campaign.transcript()
        assert campaign.call("verify", "small.yaml").code == 0, campaign.transcript()
        left = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        assert left == {"hero/fox.jpg"}, campaign.transcript()
        if not ended.was_killed:
            return
