"""The folder of a reel in the making: whole segments are kept there, so that an interrupted reel goes on.

A segment is named by the hash of all that it depends on, and has that name only once it is whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import av

from sora2batch.ground.canonical import JsonObject, canonical_json
from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.plainfile import reason
from sora2batch.reel.edit_list import EditList, Scene, Segment
from sora2batch.reel.reel_error import ReelError
from sora2batch.reel.segment_file import ENCODER, is_whole

_VERSION = 1
"""Goes up when the same edit list would look otherwise."""
_OURS = re.compile(r"(?:[0-9a-f]{40}\.mp4|(?:[0-9a-f]{40}|reel)\.[0-9]+\.tmp)")


class Parts:
    """What is there of one reel."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """``.reel.mp4.parts`` beside ``reel.mp4``."""

    @classmethod
    def beside(cls, target: Path) -> Parts:
        """Name the folder of a reel."""
        return cls(target.with_name(f".{target.name}.parts"))

    def open(self, edit: EditList) -> None:
        """Make the folder, and throw away what this reel does not need.

        Raises:
            ReelError: something else has its name, or the disk refused.
        """
        try:
            with suppress(FileExistsError):
                self.folder.mkdir()
            if self.folder.is_symlink() or not self.folder.is_dir():
                raise ReelError(
                    f"{self.folder} is in the way", hint="it is where a reel is kept while it is made"
                )
            needed = {self.path_of(edit, segment).name for segment in edit.segments()}
            self._remove(path for path in self.folder.iterdir() if path.name not in needed)
        except OSError as error:
            raise ReelError(f"cannot write {self.folder}: {reason(error)}") from error

    def path_of(self, edit: EditList, segment: Segment) -> Path:
        """Where a whole segment lies."""
        return self.folder / f"{_digest(edit, segment)}.mp4"

    def has(self, edit: EditList, segment: Segment) -> bool:
        """Tell whether a segment is there and whole."""
        return is_whole(self.path_of(edit, segment), segment.frames)

    def temporary(self, name: str) -> Path:
        """Where something is written until it is whole."""
        return self.folder / f"{name}.{os.getpid()}.tmp"

    def remove(self) -> None:
        """Remove the folder and what was made in it; what is not ours is left, and the folder with it."""
        with suppress(OSError):
            self._remove(self.folder.iterdir())
            self.folder.rmdir()

    @staticmethod
    def _remove(paths: Iterable[Path]) -> None:
        for path in list(paths):
            if _OURS.fullmatch(path.name):
                with suppress(OSError):
                    path.unlink()


def move_whole(source: Path, target: Path) -> None:
    """Give a file that is written its name, durably.

    Raises:
        OSError: the disk refused.
    """
    disk = SystemDisk()
    descriptor = os.open(source, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    disk.replace(source, target)
    disk.sync_folder(target.parent)


def _digest(edit: EditList, segment: Segment) -> str:
    """Hash what the bytes of a segment depend on."""
    fade = edit.fade_after(segment.scene - 1)
    before = edit.scenes[segment.scene - 1] if segment.first < fade else None
    told: JsonObject = {
        "version": _VERSION,
        "libraries": [av.__version__, *("{}.{}.{}".format(*one) for one in av.library_versions.values())],
        "encoder": dict(ENCODER),
        "format": [edit.format.width, edit.format.height, str(edit.format.rate)],
        "scene": _scene(edit.scenes[segment.scene]),
        "before": [fade, before.frames, _scene(before)] if before else None,
        "first": segment.first,
        "frames": segment.frames,
    }
    return sha256(canonical_json(told)).hexdigest()[:40]


def _scene(scene: Scene) -> JsonObject:
    return {
        "title": scene.title,
        "captions": [[one.text, *one.box] for one in scene.captions],
        "title_box": list(scene.title_box) if scene.title_box else None,
        "clips": [[one.footage.facts.sha256, *one.box] for one in scene.placed],
        "start": str(scene.start),
    }
