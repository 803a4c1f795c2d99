"""What happens to jobs, each a line, for a worker: it has no end to count towards."""

from __future__ import annotations

from sora2batch.app.output.output import Printer
from sora2batch.cli.show.progress import describe, detail, is_mishap
from sora2batch.ground.terminal_width import isolated
from sora2batch.run.event import Event, Stored, Submitted


def print_event(printer: Printer, manifest: str, happened: Event) -> None:
    """Tell what happened; of mere progress what was bought and what came home of it, the rest with -v."""
    place = f"{isolated(manifest)}: " if manifest else ""
    if message := describe(happened):
        (printer.error if is_mishap(happened) else printer.info)(f"{place}{message}")
    elif message := detail(happened):
        is_news = isinstance(happened, Submitted | Stored)
        (printer.info if is_news else printer.debug)(f"{place}{message}")
