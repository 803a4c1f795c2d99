"""The colours of a contact sheet: dark, so that the pictures are what one sees."""

from __future__ import annotations

Colour = tuple[int, int, int]

PAPER: Colour = (17, 19, 24)
PANEL: Colour = (27, 30, 38)
BARS: Colour = (9, 10, 13)
"""Beside a picture that does not fill its frame."""
LINE: Colour = (58, 63, 76)
INK: Colour = (238, 240, 245)
INK_DIM: Colour = (160, 166, 180)
GREEN: Colour = (94, 200, 134)
GREY: Colour = (140, 147, 163)
BLUE: Colour = (92, 178, 244)
RED: Colour = (242, 104, 104)
ROSE: Colour = (244, 146, 98)
AMBER: Colour = (240, 198, 88)
VIOLET: Colour = (172, 150, 240)

PALETTE = (PAPER, PANEL, BARS, LINE, INK, INK_DIM, GREEN, GREY, BLUE, RED, ROSE, AMBER, VIOLET)
"""All of them, for images that can have only so many."""


def mixed(base: Colour, tint: Colour, share: float) -> Colour:
    """Mix some of a second colour into a first."""
    red, green, blue = (round(one + (other - one) * share) for one, other in zip(base, tint, strict=True))
    return red, green, blue
