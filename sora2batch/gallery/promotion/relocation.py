"""Paths of files as a manifest in another folder has to write them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sora2batch.gallery.promotion.make import Promotion
from sora2batch.gallery.promotion.promoted_request import PromotionError
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.file_input import FileInput, file_inputs_in, map_files
from sora2batch.ground.text import one_line
from sora2batch.lockfile.path import parts_inside

_ROOM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocation:
    """From the folder of one manifest to that of the next."""

    source: Path
    target: Path

    def check(self, promotion: Promotion) -> None:
        """See that every file lies where the next manifest may read it.

        Raises:
            PromotionError: one lies outside of its folder.
        """
        if reasons := list(self._reasons(promotion)):
            raise PromotionError(reasons)

    def rewritten(self, input: JsonObject) -> JsonObject:
        """Put paths, seen from the next manifest, in the place of files."""
        return map_files(input, lambda found: self._path_of(found) or found.file)

    def _reasons(self, promotion: Promotion) -> Iterator[str]:
        for job in promotion.jobs:
            for found in file_inputs_in(job.input):
                if self._path_of(found) is None:
                    key, file = one_line(job.origins[0].key, _ROOM), one_line(found.file, _ROOM)
                    mend = f"write it to {self.source.as_posix()}/ with -o"
                    yield f"{key}: {file} is not below the new manifest's folder: {mend}"

    def _path_of(self, found: FileInput) -> str | None:
        parts = parts_inside(found.file)
        way = os.path.relpath(self.source.resolve().joinpath(*parts), self.target.resolve())
        return None if not parts or Path(way).parts[:1] == ("..",) else Path(way).as_posix()


HERE = Relocation(source=Path(), target=Path())
"""For a manifest beside the one that it comes from."""
