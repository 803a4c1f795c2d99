"""Everything that is drawn at a terminal, behind one import."""

from __future__ import annotations

from sora2batch.cli.show.bars import bar_progress
from sora2batch.cli.show.live import live_screen, print_boards


class Drawing:
    """What ``rich`` draws for a printer."""

    bar_progress = staticmethod(bar_progress)
    live_screen = staticmethod(live_screen)
    print_boards = staticmethod(print_boards)
