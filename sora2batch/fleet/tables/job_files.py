"""The files of a job's input, as a row keeps them: who has no manifest can sign their URLs by that.

*Shape*: by sha256, ``{"file", "mime", "bytes"}``; of a result of another job also ``"made"``: who made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.job import Job
from sora2batch.matrix.input_file import InputFile
from sora2batch.media.facts import MediaFacts
from sora2batch.media.sniff import BY_MIME
from sora2batch.run.made_files import MadeFile, MadeFiles


class JobFiles(NamedTuple):
    """What ``StoredInputUrls`` and ``ResultUrls`` are opened with."""

    files: Mapping[str, InputFile]
    """All of them; a result may be in the store, too."""
    made: MadeFiles
    """Those that tasks have made."""


def files_to_json(job: Job, files: Mapping[str, InputFile], made: MadeFiles | None = None) -> JsonObject:
    """Write what is known of the files that a job sends.

    Args:
        job: the job.
        files: all that may be sent, by their sha256.
        made: what tasks have made.

    Raises:
        Sora2BatchError: a result is no longer where it was, and was of no kind that is known.
    """
    told: JsonObject = {}
    for found in file_inputs_in(job.input):
        facts = files[found.sha256].facts
        one: JsonObject = {"file": found.file, "mime": facts.type.mime, "bytes": facts.bytes}
        if facts.width and facts.height:
            one |= {"width": facts.width, "height": facts.height}
        if maker := made.get(found.sha256) if made else None:
            one["made"] = dict(maker._asdict())
        told[found.sha256] = one
    return told


def read_files(rows: Mapping[str, Any]) -> JobFiles:
    """Read what ``files_to_json`` wrote, of one job or of several together; of unknown kinds nothing."""
    files: dict[str, InputFile] = {}
    made = MadeFiles(())
    for digest, row in rows.items():
        kind = BY_MIME.get(row["mime"])
        if kind is not None:
            files[digest] = InputFile(row["file"], MediaFacts(kind, row["bytes"], digest))
        if maker := row.get("made"):
            made.note(digest, MadeFile(**maker))
    return JobFiles(files, made)
