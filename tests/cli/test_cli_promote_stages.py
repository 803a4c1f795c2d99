"""From chosen stills to a manifest of clips, and what is picked and shown of a batch in stages, by the real commands."""

import pytest

from fakes.staged_batch import LOOSE, StagedBatch

PICKS = """\
picks:
  - {key: stills/fox/noir, favourite: true, note: love it}
  - {key: stills/owl/noir, favourite: true, rating: 5}
  - {key: stills/owl/pastel, rating: 2}
"""
ANIMATE = ("--tool", "sora2-image-to-video-api", "--set", "image={{ output }}")
NEXT = """\
jobs:
  clips:
    matrix:
      still:
        # from stills/fox/noir, task TASK: love it
        - id: fox-noir
          prompt: A fox, noir
          path: out/show/stills/fox/noir.png
        # from stills/owl/noir, rated 5/5, task TASK
        - id: owl-noir
          prompt: A owl, noir
          path: out/show/stills/owl/noir.png
    input:
      prompt: "{{ still.prompt }}"
      image: "{{ still.path }}"
      mode: std
      duration: 15
      aspect_ratio: "16:9"
"""


@pytest.fixture
def stills(folder):
    (folder / "picks.yaml").write_text(PICKS)
    return StagedBatch(folder, LOOSE.partition("  clips:")[0]).make("stills")


@pytest.fixture
def film(folder):
    return StagedBatch(folder, LOOSE).make("stills").make("clips")


def jobs_of(text):
    return "jobs:" + text.partition("\njobs:")[2]


def test_chosen_stills_become_values_of_an_axis_of_clips(stills, folder, call):
    ran = call(
        "promote", "show.yaml", "--picks", "picks.yaml", *ANIMATE, "--set", "duration=15", "-o", "clips.yaml"
    )
    assert (ran.code, ran.out) == (0, "wrote clips.yaml: 2 jobs, 840 credits\n")
    told = jobs_of((folder / "clips.yaml").read_text())
    for job in stills.jobs:
        told = told.replace(f"task-{job.fingerprint[7:15]}", "TASK")
    assert told == NEXT
    plan = call("plan", "clips.yaml", "--json").document
    assert [job["key"] for job in plan["jobs"]] == ["clips/fox-noir", "clips/owl-noir"]
    assert plan["summary"]["credits"]["to_spend"] == 840


def test_a_list_of_pictures_takes_the_one(stills, folder, call):
    words = ("--tool", "nano-banana-image-pro-api", "--set", "image_list={{ output }}", "-o", "next.yaml")
    assert call("promote", "show.yaml", "--picks", "picks.yaml", *words).code == 0
    assert '      image_list:\n        - "{{ still.path }}"\n' in (folder / "next.yaml").read_text()


def test_a_tool_is_changed_without_a_file_and_what_it_does_not_have_is_told(film, folder, call):
    (folder / "picks.yaml").write_text("picks:\n  - {key: clips/fox/noir/slow-pan, favourite: true}\n")
    words = ("--picks", "picks.yaml", "--tool", "sora2-text-to-video-api", "-o", "next.yaml")
    ran = call("promote", "show.yaml", *words)
    assert ran.code == 0
    assert "notice: sora2-text-to-video-api has no image: what was sent there is left out\n" in ran.err
    assert "image" not in jobs_of((folder / "next.yaml").read_text())


def test_a_clip_made_from_a_still_is_promoted_with_the_file_of_the_still(film, folder, call):
    (folder / "picks.yaml").write_text("picks:\n  - {key: clips/fox/noir/slow-pan, favourite: true}\n")
    words = ("promote", "show.yaml", "--picks", "picks.yaml", "--set", "mode=pro", "-o")
    assert call(*words, "next.yaml").code == 0
    assert "      image: out/show/stills/fox/noir.png\n" in (folder / "next.yaml").read_text()
    (folder / "out/show/stills/fox/noir.png").unlink()
    ran = call(*words, "other.yaml")
    gone = "clips/fox/noir/slow-pan: out/show/stills/fox/noir.png is not there any more"
    assert (ran.code, ran.err) == (2, f"error: {gone}: `sora2batch download` fetches it\n")


@pytest.mark.parametrize(
    ("key", "setting", "told"),
    [
        ("stills/fox/noir", "prompt={{ output }}", 'an output is a file; for sora2-image-to-video-api it can stand alone in "image"'),
        ("stills/fox/noir", "image=a/{{ output }}", 'an output is a file; for sora2-image-to-video-api it can stand alone in "image"'),
        ("clips/fox/noir/slow-pan", "image={{ output }}", "image of sora2-image-to-video-api takes a picture, and the picks are results of another kind: a clip"),
    ],
)  # fmt: skip
def test_a_result_stands_only_where_such_a_file_can_be_sent(film, folder, call, key, setting, told):
    (folder / "picks.yaml").write_text(f"picks:\n  - {{key: {key}, favourite: true}}\n")
    words = ("--tool", "sora2-image-to-video-api", "--set", setting, "-o", "next.yaml")
    ran = call("promote", "show.yaml", "--picks", "picks.yaml", *words)
    assert (ran.code, ran.err) == (2, f"error: --set {setting}: {told}\n")


def test_what_has_no_result_yet_cannot_be_started_from(folder, call):
    StagedBatch(folder, LOOSE)
    (folder / "picks.yaml").write_text("picks:\n  - {key: stills/fox/noir, favourite: true}\n")
    ran = call("promote", "show.yaml", "--picks", "picks.yaml", *ANIMATE, "-o", "next.yaml")
    assert (ran.code, "stills/fox/noir: it has no result to start from" in ran.err) == (2, True)
    (folder / "picks.yaml").write_text("picks:\n  - {key: clips/fox/noir/slow-pan, favourite: true}\n")
    ran = call("promote", "show.yaml", "--picks", "picks.yaml", "--set", "mode=pro", "-o", "next.yaml")
    assert (ran.code, "it waits for what it is made from" in ran.err) == (2, True)


def keys_of(ran):
    return [key for scene in ran.document["scenes"] for key in scene["keys"]]


def test_a_reel_shows_the_clips_and_not_the_stills_that_they_are_made_from(film, call):
    shown = keys_of(call("reel", "show.yaml", "--list", "--json"))
    assert len(shown) == 8
    assert all(key.startswith("clips/") for key in shown)
    assert keys_of(call("reel", "show.yaml", "--list", "--json", "--select", "stills/owl/*")) == [
        "stills/owl/noir",
        "stills/owl/pastel",
    ]


def test_a_reel_is_ordered_and_narrowed_down_by_the_axes_of_the_stills(film, call):
    ordered = keys_of(call("reel", "show.yaml", "--list", "--json", "--order", "camera,-still.subject"))
    assert ordered[0] == "clips/owl/noir/slow-pan"
    assert ordered[-1] == "clips/fox/pastel/dolly-in"
    words = ("--where", "still.subject=fox", "--grid", "still.look,camera")
    ran = call("reel", "show.yaml", "--list", "--json", *words)
    assert [scene["keys"] for scene in ran.document["scenes"]] == [
        [f"clips/fox/{look}/{camera}" for look in ("noir", "pastel") for camera in ("slow-pan", "dolly-in")]
    ]
    ran = call("reel", "show.yaml", "--list", "--where", "still.subjct=fox")
    assert (ran.code, 'did you mean "still.subject"?' in ran.err) == (2, True)


def test_a_still_that_was_picked_stands_for_its_clips_in_a_reel(film, folder, call):
    (folder / "picks.yaml").write_text("picks:\n  - {key: stills/owl/noir, favourite: true}\n")
    words = ("reel", "show.yaml", "--list", "--json", "--picks", "picks.yaml")
    assert keys_of(call(*words)) == ["clips/owl/noir/slow-pan", "clips/owl/noir/dolly-in"]
    assert keys_of(call(*words, "--select", "stills/*")) == ["stills/owl/noir"]
