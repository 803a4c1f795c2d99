"""A job that rests on results of other jobs: all of it is known but what they will be."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Column, Credits, Fingerprint, Job


class PendingJob(NamedTuple):
    """A request whose input names the results of other jobs; it has no fingerprint before these are there.

    Its fields are those of a ``Job``.
    """

    key: str
    group: str
    labels: tuple[tuple[str, str], ...]
    tool_type: str
    take: int
    input: JsonObject
    """What is to be sent, with a mark in the place of each result (``matrix/output_mark.py``)."""
    credits: Credits
    """The price, which no result changes."""
    filename: str
    columns: tuple[Column, ...]
    request: Fingerprint
    """Tells it from other requests while it waits; it is written nowhere."""
    needs: tuple[str, ...]
    """Keys of the jobs whose results are sent, in the order of the input; each once."""
    fields: tuple[str, ...]
    """The fields of the input in which they stand."""
    gate: str | None = None
    """The picks file that somebody has to make first, as the manifest names it."""

    @property
    def fingerprint(self) -> None:
        """It has none yet."""
        return


AskedJob: TypeAlias = Job | PendingJob
"""What a manifest asks for: known in full, or but for the results of others."""
