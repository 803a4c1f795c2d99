"""Pictures that were given as inputs: kept small by their content, and cut to the shape of a clip."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from sora2batch.media.facts import MAX_BYTES, MediaError
from sora2batch.media.kind import MediaKind
from sora2batch.media.measure import READERS
from sora2batch.media.probe import probe
from sora2batch.simulator.input_fetch import InputError
from sora2batch.simulator.options import LocalInputs
from sora2batch.simulator.picture import Picture
from sora2batch.simulator.shot import Size

_LONGEST = 1344
"""Pixels of the longest side that is kept: the widest still's."""
_HALF = [value // 2 for value in range(256)] * 3
_MOST_CROPPED = 0.34
"""A picture that would lose more is shown whole, before a blurred one of itself."""


class InputPictures:
    """Remembers the pictures of tasks; those of the user's own files are read again when they are needed."""

    def __init__(self, local: LocalInputs | None = None) -> None:
        self._local = local
        self._kept: dict[str, bytes] = {}

    def add(self, content: bytes) -> str:
        """Keep a picture that was fetched; give its sha256.

        Raises:
            InputError: it is no picture that can be read.
        """
        digest = sha256(content).hexdigest()
        if digest not in self._kept:
            self._kept[digest] = _small(content)
        return digest

    def find(self, digest: str) -> Image.Image | None:
        """Find a picture by its sha256; None if it is not to be had any more."""
        kept = self._kept.get(digest) or self._read(digest)
        return Image.open(BytesIO(kept)) if kept else None

    def _read(self, digest: str) -> bytes | None:
        path = self._local.path_of(digest) if self._local else None
        content = _bytes_of(path) if path else b""
        if sha256(content).hexdigest() != digest:
            return None
        try:
            return _small(content)
        except InputError:
            return None


def staged(image: Image.Image, frame: Size) -> Picture:
    """Cut a picture to the shape of a clip, at twice its size; if that loses much, it stands on a blur."""
    size = (frame[0] * 2, frame[1] * 2)
    image = image.convert("RGB")
    cut = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    shape, wanted = image.width / image.height, size[0] / size[1]
    if 1 - min(shape, wanted) / max(shape, wanted) > _MOST_CROPPED:
        cut = cut.filter(ImageFilter.GaussianBlur(size[1] // 16)).point(_HALF)
        whole = ImageOps.contain(image, size, Image.Resampling.BICUBIC)
        cut.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
    return Picture(image=cut, focus=(0.5, 0.5))


def _small(content: bytes) -> bytes:
    """Write what a clip needs of a picture as a JPEG file: upright, without what is transparent."""
    stream = BytesIO(content)
    try:
        kind = probe(stream, limit=MAX_BYTES[MediaKind.IMAGE]).type
    except MediaError as error:
        raise InputError(f"it {error}") from None
    if kind not in READERS:
        raise InputError("it is no picture that can be read")
    stream.seek(0)
    try:
        upright = _upright(READERS[kind](stream))
    except Exception:  # noqa: BLE001  # decoders raise all kinds of errors for broken data
        raise InputError("it is no picture that can be read") from None
    ground = Image.new("RGBA", upright.size, "white")
    ground.alpha_composite(upright)
    target = BytesIO()
    ground.convert("RGB").save(target, "JPEG", quality=92)
    return target.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    image.draft("RGB", (_LONGEST, _LONGEST))
    image.thumbnail((_LONGEST, _LONGEST))
    return ImageOps.exif_transpose(image).convert("RGBA")


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES[MediaKind.IMAGE] + 1)
    except OSError:
        return b""
