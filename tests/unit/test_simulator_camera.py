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
    t=st.floats(0, 1),
)
def test_the_frame_stays_inside_the_picture_and_keeps_its_shape(move, direction, focus, frame, t):
    camera = Camera(move=move, direction=direction, focus=focus, picture=(960, 540), frame=frame)
    left, top, right, bottom = camera.box(t)
    assert -1e-6 <= left < right <= 960 + 1e-6
    assert -1e-6 <= top < bottom <= 540 + 1e-6
    assert (right - left) / (bottom - top) == pytest.approx(frame[0] / frame[1])


@pytest.mark.parametrize("move", list(Move))
def test_every_move_moves(move):
    camera = Camera(move=move, direction=1, focus=(0.5, 0.5), picture=(960, 540), frame=(512, 288))
    assert camera.box(0.1) != camera.box(0.6)
