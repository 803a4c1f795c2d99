"""The files that jobs may send: those that the manifest names, and those that its jobs have made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.filename import split_ending
from sora2batch.matrix.input_file import InputFile
from sora2batch.media.facts import MediaFacts
from sora2batch.media.prober import FileProber, prober_for
from sora2batch.media.sniff import BY_MIME
from sora2batch.run.made_files import MadeFile, MadeFiles


class FilesAndResults(Mapping[str, InputFile]):
    """By the sha256 of their bytes; a result is looked at when it is asked for, where it lies now.

    One that is not there, or is another file now, may still be in the store: its record leads there.
    """

    def __init__(self, batch: Batch, made: MadeFiles) -> None:
        self._named = batch.expansion.files
        self._made = made
        self._batch = batch

    def __getitem__(self, digest: str) -> InputFile:
        """Find a file.

        Raises:
            KeyError: nobody names or has made such a one.
            Sora2BatchError: a result is no longer where it was, and was of no kind that is known.
        """
        if found := self._named.get(digest):
            return found
        made = self._made.get(digest)
        if made is None:
            raise KeyError(digest)
        name = f"{self._batch.layout.output_name(self._batch.manifest.output.dir)}/{made.path}"
        try:
            facts = self._prober.probe(name)
        except Sora2BatchError:
            return InputFile(name, _recorded(digest, made))
        return InputFile(name, facts if facts.sha256 == digest else _recorded(digest, made))

    def __iter__(self) -> Iterator[str]:
        """Go through those that the manifest names."""
        return iter(self._named)

    def __len__(self) -> int:
        """Count those that the manifest names."""
        return len(self._named)

    @cached_property
    def _prober(self) -> FileProber:
        return prober_for(DiskTree(self._batch.manifest.path.parent))


def _recorded(digest: str, made: MadeFile) -> MediaFacts:
    """Take from the lockfile what is known of a file.

    Raises:
        Sora2BatchError: its name does not say what it is.
    """
    suffix = split_ending(made.path)[1].lower()
    kind = next((one for one in BY_MIME.values() if one.suffix == suffix), None)
    if kind is None:
        raise Sora2BatchError(f"{made.path}, which {made.key} made, is not there any more")
    return MediaFacts(kind, made.bytes, digest)
