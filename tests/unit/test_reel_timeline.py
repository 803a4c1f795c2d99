"""Edit lists of clips that are nowhere."""

from __future__ import annotations

from fractions import Fraction

import pytest

from fakes.reel_case import imagined
from sora2batch.ground.errors import UsageError
from sora2batch.reel.edit_list import footage_of
from sora2batch.reel.reel_settings import ReelSettings
from sora2batch.reel.timeline import make_edit_list


def edit_of(*footage, **settings):
    return make_edit_list("m.yaml", footage, ReelSettings(**settings))


def frames(edit):
    return [scene.frames for scene in edit.scenes]


def test_without_wishes_every_clip_is_shown_whole():
    edit = edit_of(imagined("a"), imagined("b", seconds=Fraction(5)))
    assert (frames(edit), edit.seconds) == ([100, 50], 15)


def test_a_length_is_shared_out_and_what_a_short_clip_leaves_goes_to_the_others():
    clips = [imagined("a"), imagined("b", seconds=Fraction(1)), imagined("c")]
    edit = edit_of(*clips, length=Fraction(9))
    assert frames(edit) == [40, 10, 40]
    assert [scene.start for scene in edit.scenes] == [3, 0, 3], "from the middle"


def test_a_length_with_fades_is_kept_to():
    edit = edit_of(*map(imagined, "abcd"), length=Fraction(10), fade=Fraction(1, 2))
    assert edit.seconds == 10
    assert edit.starts[1] == frames(edit)[0] - 5


def test_pictures_share_a_length_like_clips():
    edit = edit_of(imagined("a"), imagined("b", rate=None, seconds=Fraction(0)), length=Fraction(6))
    assert frames(edit) == [30, 30]


def test_a_length_in_which_nothing_would_be_seen_is_refused():
    with pytest.raises(UsageError, match="40 clips in 3 s: none would be seen") as refused:
        edit_of(*(imagined(f"n{number}") for number in range(40)), length=Fraction(3))
    assert "--length 10s" in refused.value.hint


def test_a_fade_takes_at_most_half_of_a_clip():
    edit = edit_of(imagined("a", seconds=Fraction(1)), imagined("b"), fade=Fraction(4))
    assert edit.fade_after(0) == 5


def test_size_and_rate_are_those_of_most_clips_and_at_most_1080p_at_60():
    clips = [
        imagined("a", width=1080, height=1920, rate=Fraction(24)),
        imagined("b", width=3840, height=2160, rate=Fraction(30)),
        imagined("c", width=1280, height=720, rate=Fraction(30)),
    ]
    form = edit_of(*clips).format
    assert (form.size, form.rate) == ((1920, 1080), 30)
    assert edit_of(*clips, size=(640, 360)).format.size == (640, 360)


def test_segments_are_bounded_and_cover_the_reel():
    edit = edit_of(imagined("a", seconds=Fraction(25)), imagined("b"), fade=Fraction(1))
    pieces = [(one.scene, one.first, one.frames) for one in edit.segments()]
    assert pieces == [(0, 0, 100), (0, 100, 100), (0, 200, 40), (1, 0, 100)]
    assert sum(length for _, _, length in pieces) == edit.frames


def place(animal, camera, take="#1"):
    return imagined(
        f"{animal}-{camera}{take}", ("group", "hero"), ("animal", animal), ("camera", camera), ("take", take)
    )


def test_a_grid_takes_the_first_two_axes_and_a_scene_for_each_take():
    clips = [place(a, c, t) for a in ("fox", "owl") for c in ("pan", "dolly") for t in ("#1", "#2")]
    edit = edit_of(*clips, grid=())
    assert [scene.title for scene in edit.scenes] == ["take 1", "take 2"]
    assert [one.text for one in edit.scenes[0].captions] == ["pan", "dolly", "fox", "owl"]
    boxes = [one.box for one in edit.scenes[0].placed]
    corner = edit.scenes[0].title_box
    assert corner
    assert all(corner.width < box.left and corner.height <= box.top for box in boxes)
    assert len(set(boxes)) == 4
    assert all(value % 2 == 0 for box in boxes for value in box)
    assert all(box.left + box.width <= 1920 and box.top + box.height <= 1080 for box in boxes)


def test_a_clip_without_a_place_on_the_grids_axes_is_not_in_it():
    stranger = imagined("stranger", ("group", "other"))
    edit = edit_of(place("fox", "pan"), place("owl", "pan"), stranger, grid=("animal",))
    assert stranger not in footage_of(edit.scenes)


def test_a_grid_takes_axes_that_clips_have_together():
    """Groups may have axes of their own; no clip has all of them."""
    heroes = [imagined(name, ("group", "hero"), ("picture", name)) for name in ("fox", "owl")]
    shots = [imagined(name, ("group", "shots"), ("shot", name)) for name in ("one", "two")]
    edit = edit_of(*heroes, *shots, grid=())
    assert footage_of(edit.scenes) == tuple(heroes)
    assert [one.text for one in edit.scenes[0].captions] == ["fox", "owl"]


def test_a_grid_has_no_empty_rows_for_clips_that_are_not_in_it():
    other = imagined("other", ("group", "other"), ("camera", "crane"))
    edit = edit_of(place("fox", "pan"), place("owl", "pan"), other, grid=("animal", "camera"))
    assert [one.text for one in edit.scenes[0].captions] == ["pan", "fox", "owl"]


def test_a_grid_of_axes_that_no_clip_has_together_is_refused():
    clips = [imagined("fox", ("picture", "fox")), imagined("one", ("shot", "one"))]
    with pytest.raises(UsageError, match="no clip has both axes") as raised:
        edit_of(*clips, grid=("picture", "shot"))
    assert raised.value.hint == "name axes of one group, or one alone: --grid picture"


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (("camra",), 'there is no axis "camra"'),
        (("animal", "camera", "take"), "one axis, or two"),
        (("n",), "1 x 65 clips"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(grid, message):
    clips = [
        imagined(f"n{number}", ("n", str(number)), ("animal", "fox"), ("camera", "pan"), ("take", "#1"))
        for number in range(65)
    ]
    with pytest.raises(UsageError, match=message):
        edit_of(*clips, grid=grid)


def test_titles_have_the_labels_that_differ():
    edit = edit_of(place("fox", "pan"), place("owl", "pan", "#2"))
    assert [scene.title for scene in edit.scenes] == ["fox · take 1", "owl · take 2"]
