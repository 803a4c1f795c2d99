from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.simulator.camera import Camera, Move, move_in


@pytest.mark.parametrize(
    ("prompt", "move"),
    [
        ("Slow pan on a red fox", Move.PAN),
        ("Dolly in on an owl", Move.IN),
        ("dolly out from the house", Move.OUT),
        ("Crane up over the city", Move.CRANE),
        ("The camera orbits a bottle", Move.ORBIT),
        ("Static shot of a lake", Move.STILL),
        ("A panda eats company food", Move.DRIFT),
        ("", Move.DRIFT),
    ],
)
def test_the_prompt_says_how_the_camera_moves(prompt, move):
    assert move_in(prompt) is move


@given(
    move=st.sampled_from(Move),
    direction=st.sampled_from((-1, 1)),
    focus=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    frame=st.sampled_from([(512, 288), (288, 512), (384, 384), (672, 288)]),
    opening=st.sampled_from((0.0, 0.25)),
    t=st.floats(0, 1),
)
def test_the_frame_stays_inside_the_picture_and_keeps_its_shape(move, direction, focus, frame, opening, t):
    camera = Camera(
        move=move, direction=direction, focus=focus, picture=(960, 540), frame=frame, opening=opening
    )
    left, top, right, bottom = camera.box(t)
    assert -1e-6 <= left < right <= 960 + 1e-6
    assert -1e-6 <= top < bottom <= 540 + 1e-6
    assert (right - left) / (bottom - top) == pytest.approx(frame[0] / frame[1])


@pytest.mark.parametrize("move", list(Move))
def test_every_move_moves(move):
    camera = Camera(move=move, direction=1, focus=(0.5, 0.5), picture=(960, 540), frame=(512, 288))
    assert camera.box(0.1) != camera.box(0.6)


def test_a_camera_with_an_opening_leaves_the_whole_picture_and_joins_its_move():
    given = {
        "move": Move.OUT,
        "direction": 1,
        "focus": (0.5, 0.5),
        "picture": (960, 540),
        "frame": (512, 288),
    }
    opening, plain = Camera(**given, opening=0.25), Camera(**given)
    assert opening.box(0.0) == (0.0, 0.0, 960.0, 540.0)
    assert plain.box(0.0) != opening.box(0.0)
    assert opening.box(0.25) == plain.box(0.25)
