"""How the camera moves over the starting picture: what the prompt asks for, else a slow drift."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from sora2batch.simulator.chance import chance
from sora2batch.simulator.shot import Shot

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels of the picture."""


class Move(StrEnum):
    """A camera move."""

    PAN = "pan"
    IN = "in"
    OUT = "out"
    CRANE = "crane"
    ORBIT = "orbit"
    STILL = "still"
    DRIFT = "drift"


_WORDS: Mapping[Move, str] = {
    Move.ORBIT: r"orbit\w*|arc|circl\w+|around",
    Move.OUT: r"pull\w*|zoom\w* out|dolly out|reveal\w*|wide\w*",
    Move.IN: r"dolly|push\w*|zoom\w*|close-?up|macro",
    Move.CRANE: r"crane|tilt\w*|ris(e|es|ing)|pedestal|drone|aerial|jib",
    Move.PAN: r"pan|pans|panning|truck\w*|track\w*|slid\w+|glid\w+|sweep\w*",
    Move.STILL: r"static|still|locked|tripod",
}
_BACKWARD = re.compile(r"\b(left|down|descend\w*|lower\w*)\b", re.IGNORECASE)
_FORWARD = re.compile(r"\b(right|up|ris\w+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the camera looks: a centre as shares of the picture, and how close."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A move, its direction and its stage."""

    move: Move
    direction: int
    """1 or -1."""
    focus: tuple[float, float]
    picture: tuple[int, int]
    frame: tuple[int, int]
    opening: float = 0.0
    """How long it takes from the whole picture into the move, as a share of the clip; 0 where it is there."""

    @classmethod
    def for_shot(
        cls, shot: Shot, focus: tuple[float, float], picture: tuple[int, int], *, opening: float = 0.0
    ) -> Camera:
        """Choose the move from the words of the prompt; chance decides what they leave open."""
        random = chance(shot.variation)
        direction = random.choice((-1, 1))
        if _BACKWARD.search(shot.prompt):
            direction = -1
        elif _FORWARD.search(shot.prompt):
            direction = 1
        move = move_in(shot.prompt)
        return cls(
            move=move,
            direction=direction,
            focus=focus,
            picture=picture,
            frame=shot.size,
            opening=opening,
        )

    def box(self, t: float) -> Box:
        """Cut the picture for a moment from 0, the start, to 1, the end."""
        box, away = self._cut(self._view(_eased(t))), self.departure(t)
        if away == 1:
            return box
        whole = self._cut(View(x=0.5, y=0.5, zoom=1.0))
        left, top, right, bottom = (a + (b - a) * away for a, b in zip(whole, box, strict=True))
        return left, top, right, bottom

    def departure(self, t: float) -> float:
        """Tell how far the camera has left the whole picture: 0 not at all, 1 it follows its move."""
        return _eased(t / self.opening) if t < self.opening else 1.0

    def _cut(self, view: View) -> Box:
        width, height = self.picture
        scale = min(width / self.frame[0], height / self.frame[1]) / view.zoom
        across, down = self.frame[0] * scale, self.frame[1] * scale
        left = min(max(view.x * width - across / 2, 0.0), width - across)
        top = min(max(view.y * height - down / 2, 0.0), height - down)
        return left, top, left + across, top + down

    def _view(self, t: float) -> View:
        x, y = self.focus
        swing = (2 * t - 1) * self.direction
        match self.move:
            case Move.PAN:
                x, zoom = x + 0.16 * swing, 1.25
            case Move.IN:
                zoom = 1.02 + 0.36 * t
            case Move.OUT:
                zoom = 1.4 - 0.38 * t
            case Move.CRANE:
                y, zoom = 0.5 - 0.24 * swing, 1.34
            case Move.ORBIT:
                x, zoom = x + 0.13 * math.sin(swing * 1.5), 1.38 - 0.16 * abs(swing)
            case Move.STILL:
                x, y, zoom = x + 0.004 * math.sin(9 * t), y + 0.004 * math.cos(7 * t), 1.06
            case Move.DRIFT:
                x, y, zoom = x + 0.05 * swing, y - 0.03 * swing, 1.08 + 0.12 * t
            case _:
                assert_never(self.move)
        return View(x=x, y=y, zoom=zoom)


def _eased(t: float) -> float:
    """Begin and end gently."""
    return t * t * (3 - 2 * t)


def move_in(prompt: str) -> Move:
    """Find the camera move that a prompt asks for."""
    for move, words in _WORDS.items():
        if re.search(rf"\b({words})\b", prompt, re.IGNORECASE):
            return move
    return Move.DRIFT
