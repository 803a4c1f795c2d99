"""An edit list becomes a reel: encoded piece by piece, joined, and put in its place when it is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from av.error import FFmpegError

from sora2batch.ground.plainfile import reason
from sora2batch.reel.edit_list import EditList, Segment
from sora2batch.reel.joined import write_joined
from sora2batch.reel.parts import Parts, move_whole
from sora2batch.reel.reel_error import ReelError
from sora2batch.reel.reel_file import metadata_of
from sora2batch.reel.scene_painter import segment_frames
from sora2batch.reel.segment_file import write_segment

Advance = Callable[[int], None]
"""Told how many frames more are done."""


def make_reel(edit: EditList, target: Path, advance: Advance) -> None:
    """Encode what is not there yet from an earlier try, and write the reel; many clips take no more memory.

    Args:
        edit: what is seen when.
        target: a file of which whoever calls knows that it may be written over.
        advance: told of progress, ``edit.frames`` in all.

    Raises:
        ReelError: it cannot be written; what was there stands, and what was encoded is kept.
    """
    parts = Parts.beside(target)
    parts.open(edit)
    try:
        segments = [(segment, _encoded(edit, segment, parts, advance)) for segment in edit.segments()]
        whole = parts.temporary("reel")
        write_joined(whole, edit, segments, metadata_of(edit.manifest))
        move_whole(whole, target)
    except (OSError, FFmpegError, ValueError) as error:
        raise ReelError(f"cannot write {target}: {reason(error)}") from error
    parts.remove()


def _encoded(edit: EditList, segment: Segment, parts: Parts, advance: Advance) -> Path:
    path = parts.path_of(edit, segment)
    if parts.has(edit, segment):
        advance(segment.frames)
        return path
    temporary = parts.temporary(path.stem)
    write_segment(temporary, segment_frames(edit, segment), edit.format, lambda: advance(1))
    move_whole(temporary, path)
    return path
