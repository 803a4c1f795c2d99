"""Where the files lie that jobs send: pictures of the user's own, beside the manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sora2batch.gallery.page.card import SentFile
from sora2batch.gallery.page.link import Links
from sora2batch.ground.canonical import JsonObject, is_flat
from sora2batch.ground.file_input import FileInput, file_inputs_in
from sora2batch.ground.job import Job


class SentFiles:
    """Finds the files of jobs, and of what was sent once, by the contents that the jobs of now tell."""

    def __init__(self, jobs: Iterable[Job], links: Links) -> None:
        inputs = (job.input for job in jobs if not is_flat(job.input))
        present = {found for input in inputs for found in file_inputs_in(input)}
        self._links = links
        self._paths = {found.file: found.sha256 for found in present}
        self._file_of = {found.sha256: found.file for found in sorted(present, reverse=True)}
        self._known: dict[FileInput, SentFile] = {}

    def of(self, input: JsonObject) -> tuple[tuple[str, SentFile], ...]:
        """Name each file of an input with the field that it stands in."""
        return () if is_flat(input) else tuple(self._each(input))

    def _each(self, input: JsonObject) -> Iterator[tuple[str, SentFile]]:
        for field, value in input.items():
            if isinstance(value, dict | list):
                for found in file_inputs_in(value):
                    yield field, self._known.get(found) or self._make(found)

    def _make(self, found: FileInput) -> SentFile:
        path = self._path_of(found)
        href = self._links.to_path(path) if path else None
        return self._known.setdefault(found, SentFile(found.file, found.sha256, href))

    def _path_of(self, found: FileInput) -> str | None:
        """Choose where that content lies now; None where its name stands for another."""
        if self._paths.get(found.file) == found.sha256:
            return found.file
        # What nobody sends any more is not looked at: it lies where it lay, or is missing.
        return self._file_of.get(found.sha256) or (None if found.file in self._paths else found.file)
