"""Where the files of picked jobs lie now: what was sent once may have been edited or moved since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sora2batch.gallery.promotion.make import PromotedJob, Promotion
from sora2batch.gallery.promotion.promoted_request import PromotionError
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.file_input import FileInput, file_inputs_in, map_files
from sora2batch.ground.job import Job
from sora2batch.ground.text import one_line
from sora2batch.manifest.tree import FileTree, MissingFileError, TreeError
from sora2batch.media.facts import MediaError
from sora2batch.media.prober import prober_for

_ROOM = 100


class PresentFiles:
    """Finds files by their content: first among those of the jobs of now, then where they lay."""

    def __init__(self, jobs: Iterable[Job], tree: FileTree, *, results: str | None = None) -> None:
        """Look at the files of jobs.

        Args:
            jobs: those of now. What is a result of another job was not looked at when they were made.
            tree: the manifest's folder.
            results: the output folder, as files of inputs name it.
        """
        self._results = results
        self._present = {found for job in jobs if not job.needs for found in file_inputs_in(job.input)}
        self._file_of = {found.sha256: found.file for found in sorted(self._present, reverse=True)}
        self._prober = prober_for(tree)
        self._known: dict[FileInput, str | None] = {}

    def follow(self, promotion: Promotion) -> Promotion:
        """Name each file by where its content lies now.

        Raises:
            PromotionError: the content of one is nowhere to be found.
        """
        if reasons := [reason for job in promotion.jobs for reason in self._reasons(job)]:
            raise PromotionError(reasons)
        jobs = tuple(replace(job, input=map_files(job.input, self._as_it_lies)) for job in promotion.jobs)
        return replace(promotion, jobs=jobs)

    def _reasons(self, job: PromotedJob) -> Iterator[str]:
        for field, value in job.input.items():
            for found in file_inputs_in(value):
                if fault := self._fault_of(found):
                    key, file = one_line(job.origins[0].key, _ROOM), one_line(found.file, _ROOM)
                    mend = f"put back the one that was sent, or give another by --set {field}=URL"
                    if self._results and found.file.startswith(f"{self._results}/"):
                        mend = "`sora2batch download` fetches it"
                    yield f"{key}: {file} {fault}: {mend}"

    def _as_it_lies(self, found: FileInput) -> JsonObject:
        file = found.file if found in self._present else self._file_of.get(found.sha256, found.file)
        return FileInput(file, found.sha256).to_json()

    def _fault_of(self, found: FileInput) -> str | None:
        if found.sha256 in self._file_of:
            return None
        if found not in self._known:
            self._known[found] = self._look_at(found)
        return self._known[found]

    def _look_at(self, found: FileInput) -> str | None:
        try:
            facts = self._prober.probe(found.file)
        except MissingFileError:
            return "is not there any more"
        except MediaError as error:
            return error.message
        except TreeError as error:
            return f"cannot be sent again ({one_line(error.message, 2 * _ROOM)})"
        return None if facts.sha256 == found.sha256 else "is another file now"
