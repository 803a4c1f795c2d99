"""One file, several names: it is one batch, recorded in one place, and never paid twice."""

import pytest


@pytest.fixture
def spring(folder, manifest):
    manifest.rename("spring.yaml")
    return folder


def notices(ran):
    assert ran.code == 0, ran.err
    document = ran.document
    told = [line for one in document.get("manifests", [document]) for line in one["notices"]]
    return [line for line in told if not line.startswith("sora2-")]  # of the tool


LINKED = "current.yaml is a link to spring.yaml: its results are in spring.lock.jsonl"
ONE_FILE = "other.yaml and spring.yaml are the same file: it is taken once, as spring.yaml"


@pytest.mark.parametrize(
    "given",
    [
        ["."],
        ["current.yaml", "spring.yaml"],
        ["spring.yaml", "current.yaml"],
        [".", "current.yaml"],
        ["again", "."],
        ["./current.yaml", "spring.yaml"],
    ],
)
def test_a_link_and_its_file_are_one_batch(call, spring, given):
    (spring / "current.yaml").symlink_to("spring.yaml")
    (spring / "again").symlink_to(".")
    ran = call("plan", *given, "--json")
    assert [one["manifest"] for one in ran.document["manifests"]] == ["spring.yaml"]
    assert notices(ran) == [LINKED]


@pytest.mark.parametrize(
    "given", [["spring.yaml", "./spring.yaml"], ["spring.yaml", "x/../spring.yaml"], ["again", "."]]
)
def test_another_way_of_writing_the_same_path_is_nothing_to_speak_of(call, spring, given):
    (spring / "x").mkdir()
    (spring / "again").symlink_to(".")
    ran = call("plan", *given, "--json")
    assert len(ran.document["manifests"]) == 1
    assert notices(ran) == []


def test_a_link_alone_is_the_batch_that_it_leads_to(call, spring):
    (spring / "current.yaml").symlink_to("spring.yaml")
    assert call("run", "current.yaml", "--simulate", "--no-download").code == 0
    assert not list(spring.glob("current*.jsonl"))
    ran = call("plan", "spring.yaml", "--simulate", "--json")
    assert ran.document["summary"]["actions"]["submit"] == 0
    for command in ("plan", "validate"):
        assert LINKED in call(command, "current.yaml").out + call(command, "current.yaml").err
    assert call("validate", "current.yaml", "--json").document["notices"] == [LINKED]
    assert call("status", "current.yaml", "--simulate", "--json").document["manifest"] == "spring.yaml"


def test_a_link_into_a_folder_below_is_that_folders_batch(call, spring):
    below = spring / "below"
    below.mkdir()
    (spring / "spring.yaml").rename(below / "spring.yaml")
    (spring / "current.yaml").symlink_to("below/spring.yaml")
    told = "current.yaml is a link to below/spring.yaml: its results are in below/spring.lock.jsonl"
    for given in ("current.yaml", ".", spring / "current.yaml"):
        assert call("run", given, "--simulate", "--no-download").code == 0
        assert told in notices(call("plan", "current.yaml", "--json"))
    assert (below / "spring.sim.lock.jsonl").exists()
    assert sorted(path.name for path in spring.iterdir()) == ["below", "current.yaml"]


def test_a_link_out_of_its_folder_is_not_followed(call, spring):
    inside = spring / "inside"
    inside.mkdir()
    (inside / "current.yaml").symlink_to("../spring.yaml")
    for given in ("inside/current.yaml", "inside", inside / "current.yaml"):
        ran = call("run", given, "--simulate", "--no-download")
        assert ran.code == 2
        assert "is a link that leads out of its folder" in ran.err
    assert not (spring / "spring.sim.lock.jsonl").exists()


def test_what_was_paid_under_a_links_name_is_not_paid_again(call, spring):
    (spring / "current.yaml").symlink_to("spring.yaml")
    (spring / "current.lock.jsonl").write_text('{"lock_version":1,"manifest":"current.yaml"}\n')
    for given in (["current.yaml"], ["."], ["spring.yaml", "current.yaml"]):
        ran = call("plan", *given)
        assert (ran.code, ran.out) == (2, "")
        assert "current.yaml and spring.yaml are the same manifest" in ran.err
        assert "rename it to spring.lock.jsonl" in ran.err
    (spring / "spring.lock.jsonl").write_text('{"lock_version":1,"manifest":"spring.yaml"}\n')
    ran = call("plan", "current.yaml")
    assert ran.code == 2
    command = "lock merge spring.lock.jsonl spring.lock.jsonl current.lock.jsonl"
    assert f"`sora2batch {command}`" in ran.err
    assert call(*command.split()).code == 0
    (spring / "current.lock.jsonl").unlink()
    assert call("plan", "current.yaml").code == 0


def test_hard_links_are_one_batch_too(call, spring):
    (spring / "other.yaml").hardlink_to(spring / "spring.yaml")
    (spring / "spring.lock.jsonl").write_text('{"lock_version":1,"manifest":"spring.yaml"}\n')
    for given in ([], ["other.yaml"], ["spring.yaml"], ["other.yaml", "spring.yaml"]):
        ran = call("plan", *(given or ["."]), "--json")
        if given == ["other.yaml"]:
            assert ran.code == 2
            assert "spring.lock.jsonl has results of its own" in ran.document["error"]["message"]
        else:
            assert notices(ran) == [ONE_FILE]


def test_a_hard_link_that_nothing_is_recorded_of_is_told(call, spring):
    (spring / "other.yaml").hardlink_to(spring / "spring.yaml")
    told = "spring.yaml and other.yaml are the same file: it is taken once, as other.yaml"
    assert notices(call("plan", "other.yaml", "--json")) == [told]
    assert notices(call("plan", ".", "--json")) == [told]


@pytest.mark.parametrize("ending", ["yml", "json"])
def test_two_manifests_that_would_share_a_lockfile_are_refused_together_and_told_alone(call, spring, ending):
    other = spring / f"spring.{ending}"
    other.write_text(
        (spring / "spring.yaml").read_text()
        if ending == "yml"
        else '{"version": 1, "jobs": {}, "budget": {}}'
    )
    for given in (["."], ["spring.yaml", f"./spring.{ending}"]):
        for command in ("validate", "plan", "run", "status"):
            ran = call(command, *given)
            assert ran.code == 2
            assert "would both be recorded in spring.lock.jsonl\n" in ran.err
    told = f"spring.{ending} has the same lockfile as spring.yaml, spring.lock.jsonl: give one of them another name"
    assert notices(call("plan", "spring.yaml", "--json")) == [told]


def test_a_data_file_of_the_same_stem_is_nothing_to_speak_of(call, spring):
    (spring / "spring.json").write_text("[1, 2]")
    (spring / "spring.yml").write_text("- {id: a}\n")
    (spring / "Spring.yaml").write_text((spring / "spring.yaml").read_text())
    assert notices(call("plan", "spring.yaml", "--json")) == []
    assert len(call("plan", ".", "--json").document["manifests"]) == 2


def test_a_name_that_the_simulator_would_record_under_is_refused(call, spring):
    (spring / "spring.sim.yaml").write_text((spring / "spring.yaml").read_text())
    for given in ("spring.sim.yaml", "."):
        ran = call("plan", given)
        assert ran.code == 2
        assert 'spring.sim.yaml: ".sim" at the end of a name is kept for what the simulator makes' in ran.err


@pytest.mark.parametrize("target", ["nowhere.yaml", "current.yaml"])
def test_a_link_that_leads_nowhere_ends_in_plain_words(call, spring, target):
    (spring / "current.yaml").symlink_to(target)
    ran = call("plan", "current.yaml")
    assert ran.code == 2
    assert ran.err.startswith(
        ("error: there is no manifest nowhere.yaml", "error: the manifest current.yaml cannot")
    )
    assert call("plan", ".").code == 0
