"""How long nothing moves and how long it is black, by what was seen and not by what was left out."""

from __future__ import annotations

import pytest

from sora2batch.clipcheck.thumbnail import HEIGHT, WIDTH, FrameMeter

BLACK, GREY, WHITE = (bytes([level]) * (WIDTH * HEIGHT) for level in (0, 120, 250))


def metered(*frames, leaves_out, end):
    meter = FrameMeter()
    if leaves_out:
        meter.leave_out()
    for picture, time in frames:
        meter.see(picture, time)
    meter.end(end)
    return meter.frozen_seconds, meter.black_seconds


@pytest.mark.parametrize(("leaves_out", "seconds"), [(False, 15.0), (True, 0.0)])
def test_a_gap_between_frames_that_differ_is_a_rest_only_if_there_is_none_in_it(leaves_out, seconds):
    frames = ((GREY, 0.0), (WHITE, 8.0))
    assert metered(*frames, leaves_out=leaves_out, end=15.0) == (seconds, 0.0)


def test_frames_that_are_alike_are_a_rest_even_if_some_between_were_left_out():
    assert metered((GREY, 0.0), (GREY, 8.0), (WHITE, 12.0), leaves_out=True, end=15.0) == (8.0, 0.0)


@pytest.mark.parametrize(("leaves_out", "seconds"), [(False, 12.0), (True, 8.0)])
def test_it_is_black_from_one_black_frame_to_the_next(leaves_out, seconds):
    frames = ((BLACK, 0.0), (BLACK, 8.0), (WHITE, 12.0))
    assert metered(*frames, leaves_out=leaves_out, end=12.5)[1] == seconds
