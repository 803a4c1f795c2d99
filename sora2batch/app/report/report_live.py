"""A batch as a gallery that goes on: looked at again when its page asks, and marked from there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import orjson

from sora2batch.app.batch.snapshot import BatchSnapshot
from sora2batch.app.batch.watcher import BatchWatcher
from sora2batch.app.report.report_gates import GateKeeper
from sora2batch.app.report.report_picks import ReportPicks
from sora2batch.app.report.report_view import PageLinks, ReportView
from sora2batch.gallery.page.card import Card, Gallery
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.link import Links
from sora2batch.gallery.page.live_gallery import LiveGallery
from sora2batch.gallery.page.make import Base
from sora2batch.gallery.page.page_json import encode_gallery
from sora2batch.gallery.page.served import ServedPage
from sora2batch.gallery_server.gallery_source import SaveAnswer
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import FORMER_FOLDER
from sora2batch.ground.text import one_line, readable
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.picks.picks import parse_picks
from sora2batch.picks.picks_file import PicksFile

_RESULTS, _INPUTS = "results", "inputs"
_LINKS = PageLinks(results=Links(base=(_RESULTS,)), inputs=Links(base=(_INPUTS,)))
"""A page that is served has its own names for the folders: wherever these lie, no way leads out."""
_ROOM = 300


class LiveReport:
    """What the server shows: a ``GallerySource``. Its methods are called in threads, one look at a time."""

    def __init__(self, watcher: BatchWatcher, picks: PicksFile, base: Base | None, *, is_only: bool) -> None:
        """Look for the first time.

        Args:
            watcher: the batch.
            picks: the file for marks.
            base: another state to compare with.
            is_only: whether all marks are kept there, also those that a gate of the manifest asks for.

        Raises:
            ManifestError: the picks file has problems.
            UsageError: it cannot be read.
        """
        self._watcher = watcher
        self._picks_file = picks
        self._is_only = is_only
        self._base = base
        self._gate_keeper = GateKeeper()
        self._picks = self._files.read()
        self._picks_fault: str | None = None
        gallery = self._make(watcher.snapshot)
        self._live = LiveGallery(gallery)
        self._linked = frozenset(_linked(gallery))
        self._changing = threading.Lock()

    def page(self) -> bytes:
        """Write the page as it is now."""
        with self._changing:
            live = self._live
            gallery, served = live.gallery, self._served(live)
        return render_page(gallery, served)

    def look(self) -> None:
        """Read again what has changed; what cannot be read just now is told with what was there before."""
        has_changed = self._watcher.refresh()
        if not (self._read_picks() or has_changed):
            return
        try:
            gallery = self._make(self._watcher.snapshot)
        except Sora2BatchError as error:
            self._picks_fault = _told(error)
            return
        self._linked = frozenset(_linked(gallery))
        with self._changing:
            self._live.put(gallery)

    def changes(self, version: int, edition: str) -> bytes:
        """Write what is new: a line of how things are, and a line of what has changed if anything has."""
        with self._changing:
            new, now = self._live.since(version, edition), self._live.edition
        holder = self._watcher.snapshot.holder
        complaints = [*self._watcher.complaint_lines, *filter(None, [self._picks_fault])]
        head = {
            "version": new.version,
            "edition": now,
            "isWhole": new.is_whole,
            "isOutdated": new.is_outdated,
            "hasMarks": new.has_marks,
            "run": holder and one_line(str(holder), _ROOM),
            "complaints": [readable(one) for one in complaints],
        }
        lines = [orjson.dumps(head)]
        if new.gallery:
            lines.append(encode_gallery(new.gallery).encode())
        return b"\n".join(lines)

    def save(self, body: bytes) -> SaveAnswer:
        """Put marks into the picks file. They come as a picks file in JSON, and are checked as one."""
        try:
            orjson.loads(body)  # strict: no lone surrogates, which no file could hold
            made = parse_picks(body, file="picks.json").picks
            if not all(pick.fingerprint for pick in made):
                return SaveAnswer(is_saved=False, words="each pick needs a fingerprint")
            saved = self._files.save(made, self._watcher.snapshot.batch.expansion.jobs)
        except (orjson.JSONDecodeError, UnicodeError):
            return SaveAnswer(is_saved=False, words="these picks are not JSON")
        except Sora2BatchError as error:
            return SaveAnswer(is_saved=False, words=_told(error))
        return SaveAnswer(is_saved=True, words=" and ".join(saved) or readable(self._picks_file.path.name))

    def file_of(self, href: str) -> Path | None:
        """Find a file that the page links to; none that a link leads out to, and no hidden one."""
        if href not in self._linked:
            return None
        folder, *parts = (os.fsdecode(unquote_to_bytes(part)) for part in href.split("/"))
        batch = self._watcher.snapshot.batch
        root = batch.output_dir if folder == _RESULTS else batch.manifest.path.parent
        real, inside = (os.path.realpath(one) for one in (root.joinpath(*parts), root))
        below = Path(os.path.relpath(real, inside)).parts
        visible = below[1:] if below[0] == FORMER_FOLDER and folder == _RESULTS else below
        return None if any(part.startswith(".") for part in visible) else Path(real)

    def _served(self, live: LiveGallery) -> ServedPage:
        folder = self._watcher.snapshot.batch.manifest.path.parent
        picks = os.path.relpath(self._picks_file.path, folder)
        gates = tuple(map(readable, self._files.gate_names))
        return ServedPage(picks=readable(picks), gates=gates, version=live.version, edition=live.edition)

    def _make(self, snapshot: BatchSnapshot) -> Gallery:
        view = ReportView(
            batch=snapshot.batch,
            lockfile=snapshot.lockfile,
            base=self._base,
            gate_keeper=self._gate_keeper,
        )
        return view.gallery(_LINKS, self._picks)

    def _read_picks(self) -> bool:
        """Read the picks file again; tell whether it says anything new."""
        before = self._picks
        try:
            self._picks = self._files.read()
        except Sora2BatchError as error:
            self._picks_fault = _told(error)
            return False
        self._picks_fault = None
        return [one.picks.picks for one in self._picks] != [one.picks.picks for one in before]

    @property
    def _files(self) -> ReportPicks:
        """The picks files, as the manifest of now wants them."""
        return ReportPicks(self._watcher.snapshot.batch, self._picks_file, is_only=self._is_only)


def _linked(gallery: Gallery) -> Iterator[str]:
    """Name every file that the page may ask for, as its script spells it."""
    for card in gallery.cards:
        yield from _linked_of(card, gallery.links)
        if card.before:
            yield from _linked_of(card.before, gallery.links)


def _linked_of(card: Card, links: Links) -> Iterator[str]:
    results = (card.result, *card.also_paid) if card.result else card.also_paid
    yield from filter(None, (links.to(output) for result in results for output in result.outputs))
    yield from (sent.href for _, sent in card.files if sent.href)


def _told(error: Sora2BatchError) -> str:
    """Word an error for somebody at the page: the first problem is where to begin."""
    message = str(error.problems[0]) if isinstance(error, ManifestError) else error.message
    return one_line(readable(message), _ROOM)
