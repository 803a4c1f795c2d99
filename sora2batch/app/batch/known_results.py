"""What a lockfile says of results while a manifest is expanded: read once, and only if a job rests on one."""

from __future__ import annotations

from functools import cached_property

from sora2batch.app.batch.layout import BatchLayout
from sora2batch.app.batch.stamp import stamps_of
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.journal import journal_path
from sora2batch.lockfile.state import read_state
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.stage import NO_RESULTS, RecordedResults, Results


class KnownResults:
    """A lockfile that cannot be read knows nothing here: whoever needs it reads it again, and says why."""

    def __init__(self, manifest: Manifest, layout: BatchLayout) -> None:
        self._manifest = manifest
        self._layout = layout
        self._paths = (layout.lockfile, journal_path(layout.lockfile))
        self._read: Lockfile | None = None

    def output_of(self, fingerprint: Fingerprint, /) -> FileInput | None:
        """Find the file that a job has made, if it is complete."""
        return self._recorded.output_of(fingerprint)

    def current(self) -> Lockfile | None:
        """Hand out what was read, as long as it is what the files say; None where nothing was."""
        return self._read if self._read and stamps_of(self._paths) == self._stamps else None

    def is_of(self, lockfile: Lockfile) -> bool:
        """Tell whether this is the very lockfile that was read."""
        return self._read is lockfile

    @cached_property
    def _recorded(self) -> Results:
        self._stamps = stamps_of(self._paths)  # before it is read: what is written meanwhile shows
        try:
            self._read = read_state(self._layout.lockfile, manifest=self._manifest.file)
        except Sora2BatchError:
            return NO_RESULTS
        folder = self._layout.output_name(self._manifest.output.dir)
        return RecordedResults(self._read.entries, folder)
