"""Who can be told of the end of a run without a program's name."""

from __future__ import annotations

NOBODY = "none"
BELL = "bell"
DESKTOP = "desktop"
