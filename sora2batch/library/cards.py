"""A batch in a notebook: a card a job, with a small picture of its result, which plays where it can."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path

from sora2batch.gallery.page.link import Links
from sora2batch.library.html_table import heading, line, text
from sora2batch.lockfile.entry import Output, reasons_of
from sora2batch.plan.job_status import JobStatus, Status
from sora2batch.run.artifact import Artifacts

MOST_CARDS = 24
"""What a notebook shows it keeps: a picture is some 10 KiB of its file."""
_BOX = (320, 320)
_PROMPT_ROOM = 160
_FLOW = "display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start"
_CARD = "width:240px;overflow-wrap:anywhere"
_MEDIA = "max-width:100%;max-height:240px"
_CLIPS = frozenset({".mp4", ".webm", ".mov"})


def cards(status: Status, output_dir: Path) -> str:
    """Write the first cards; how many more there are is told below them."""
    first = status.jobs[:MOST_CARDS]
    maker = _CardMaker(output_dir)
    rest = len(status.jobs) - len(first)
    more = line(f"and {rest:,} more: report() writes a page with all of them") if rest else ""
    return f'<div style="{_FLOW}">{"".join(map(maker.card, first))}</div>{more}'


class _CardMaker:
    """Makes cards of jobs whose files are in one folder."""

    def __init__(self, output_dir: Path) -> None:
        self._artifacts = Artifacts(output_dir)
        self._links = _links_to(output_dir)

    def card(self, one: JobStatus) -> str:
        outputs = one.entry.primary.outputs if one.entry else ()
        media = next((found for output in outputs if (found := self._media(output))), "")
        error = one.entry.primary.error if one.entry else None
        told = [f"{one.state.replace('_', ' ')}, {one.credits:,} credits"]
        told += [reasons_of(one.look)] if one.look else []
        told += [error.message] if error else []
        prompt = text(str(one.job.input.get("prompt", "")), _PROMPT_ROOM)
        lines = f"{heading(one.job.key)}{''.join(map(line, told))}<div>{prompt}</div>"
        return f'<div style="{_CARD}">{media}{lines}</div>'

    def _media(self, output: Output) -> str | None:
        path = self._artifacts.locate(output) if output.sha256 else None
        poster = _poster(path) if path else None
        if path is None or poster is None:
            return None
        href = self._links.to(output) if self._links else None
        if href and path.suffix.lower() in _CLIPS:
            source = escape(href)
            return (
                f'<video controls preload="none" poster="{poster}" src="{source}" style="{_MEDIA}"></video>'
            )
        return f'<img alt="" src="{poster}" style="{_MEDIA}">'


def _links_to(folder: Path) -> Links | None:
    """Find the way from the working folder, which is a notebook's own; None where there is none."""
    try:
        return Links.between(Path("notebook"), folder)
    except (OSError, ValueError):  # the folder was removed, or is on another drive
        return None


def _poster(path: Path) -> str | None:
    from sora2batch.gallery.sheet.card_poster import poster_jpeg  # noqa: PLC0415  # loads PyAV and Pillow

    picture = poster_jpeg(path, _BOX)
    return f"data:image/jpeg;base64,{b64encode(picture).decode()}" if picture else None
