from __future__ import annotations

import re
import struct
from io import BytesIO

import av
import pytest
from PIL import Image

from fakes.footage import box, element, gif, jpeg, mp4, ogg, png, riff, wav, webm, webp
from sora2batch.media.integrity import Broken, NoMedia, examine

FTYP = box(b"ftyp", b"isom\0\0\2\0isom")
MOOV = box(b"moov", box(b"mvhd", bytes(100)))
MDAT = box(b"mdat", b"frames")


def large(kind, content):
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def open_ended(kind, content):
    return struct.pack(">I4s", 0, kind) + content


def index(*chunks, width=4):
    """A ``moov`` with one track whose chunks are said to begin there."""
    table = bytes(4) + struct.pack(">I", len(chunks)) + b"".join(chunk.to_bytes(width) for chunk in chunks)
    content = box({4: b"stco", 8: b"co64"}[width], table)
    for kind in (b"stbl", b"minf", b"mdia", b"trak"):
        content = box(kind, content)
    return box(b"moov", box(b"mvhd", bytes(100)) + content)


def film(codec, suffix, **options):
    """A film as a real encoder writes it."""
    target = BytesIO()
    with av.open(target, "w", format=suffix, options=options) as container:
        stream = container.add_stream(codec, rate=12)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for level in range(24):
            frame = av.VideoFrame.from_image(Image.new("RGB", (32, 32), (level * 8, 0, 99)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def picture(form, **options):
    target = BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(target, form, **options)
    return target.getvalue()


def found(data):
    return examine(BytesIO(data))


GOOD = {
    "tiny": (mp4(), ".mp4"),
    "index first": (FTYP + MOOV + MDAT, ".mp4"),
    "index last": (FTYP + MDAT + MOOV, ".mp4"),
    "64-bit size": (FTYP + MOOV + large(b"mdat", b"frames"), ".mp4"),
    "to the end": (FTYP + MOOV + open_ended(b"mdat", b"frames"), ".mp4"),
    "empty room": (FTYP + box(b"free") + box(b"skip", bytes(9)) + MOOV + MDAT, ".mp4"),
    "no ftyp": (MDAT + MOOV, ".mp4"),
    "ftyp second": (box(b"free", bytes(20)) + FTYP + MOOV + MDAT, ".mp4"),
    "old QuickTime": (box(b"wide") + MDAT + MOOV, ".mov"),
    "fragmented": (FTYP + box(b"moov", box(b"mvex")) + box(b"moof") + MDAT + box(b"moof") + MDAT, ".mp4"),
    "user box": (FTYP + MOOV + MDAT + box(b"\xa9xyz") + box(b"uuid", bytes(16)), ".mp4"),
    "index that fits": (FTYP + index(8, 200) + box(b"mdat", bytes(200)), ".mp4"),
    "large index that fits": (FTYP + index(8, 200, width=8) + box(b"mdat", bytes(200)), ".mp4"),
    "avif": (box(b"ftyp", b"avif\0\0\0\0") + box(b"meta", bytes(20)) + MDAT, ".avif"),
    "webm": (webm(b"frames"), ".webm"),
    "webm as a stream": (
        webm()[: webm().index(b"\x18\x53")]
        + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
        + b"\x1f\x43\xb6\x75\xff"
        + element(b"\xa3", b"frame") * 3,
        ".webm",
    ),
    "jpeg": (jpeg(b"a preview: \xff\xd8\xff\xd9"), ".jpg"),
    "padded jpeg": (jpeg() + bytes(3000), ".jpg"),
    "odd jpeg": (b"\xff\xd8\xff\xe0\0\x06JFIF and nothing more\xff\xd9", ".jpg"),
    "empty jpeg": (b"\xff\xd8\xff\xd9", ".jpg"),
    "jpeg with fill": (jpeg()[:2] + b"\xff\xff" + jpeg()[2:], ".jpg"),
    "png": (png(b"text"), ".png"),
    "gif": (gif(), ".gif"),
    "webp": (webp(), ".webp"),
    "webp of odd length": (riff(b"WEBP", (b"VP8L", b"\x2f" + bytes(6))), ".webp"),
    "wav": (wav(), ".wav"),
    "wav as a stream": (b"RIFF\xff\xff\xff\xff" + wav()[8:], ".wav"),
    "long avi": (riff(b"AVI ", (b"LIST", b"hdrl")) + riff(b"AVIX", (b"LIST", b"movi")), ".avi"),
    "ogg": (ogg(), ".ogg"),
    "flac": (b"fLaC" + bytes(50), ".flac"),
    "mp3": (b"\xff\xfb\x90\x00" + bytes(400), ".mp3"),
    "mp3 with a tag": (b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x00", ".mp3"),
}

REAL = {
    "mp4": (lambda: film("libx264", "mp4"), ".mp4"),
    "mp4 for the web": (lambda: film("libx264", "mp4", moov_size="8000"), ".mp4"),
    "mp4 in fragments": (lambda: film("libx264", "mp4", movflags="frag_keyframe+empty_moov"), ".mp4"),
    "mov": (lambda: film("libx264", "mov"), ".mov"),
    "webm": (lambda: film("libvpx-vp9", "webm"), ".webm"),
    "live webm": (lambda: film("libvpx-vp9", "webm", live="1"), ".webm"),
    "mkv": (lambda: film("libx264", "matroska"), ".mkv"),
    "avi": (lambda: film("mpeg4", "avi"), ".avi"),
    "jpeg": (lambda: picture("JPEG"), ".jpg"),
    "progressive jpeg": (lambda: picture("JPEG", progressive=True), ".jpg"),
    "png": (lambda: picture("PNG"), ".png"),
    "gif": (lambda: picture("GIF"), ".gif"),
    "webp": (lambda: picture("WEBP"), ".webp"),
    "lossless webp": (lambda: picture("WEBP", lossless=True), ".webp"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_whole_file_is_known_as_one(name):
    data, suffix = GOOD[name]
    assert found(data).suffix == suffix


@pytest.mark.parametrize("name", REAL)
def test_what_real_encoders_write_is_whole_and_no_beginning_of_it_is(name):
    make, suffix = REAL[name]
    data = make()
    assert found(data).suffix == suffix
    for end in (len(data) - 1, len(data) - 2, len(data) * 9 // 10, len(data) // 2, len(data) // 4, 40):
        assert not hasattr(found(data[:end]), "suffix"), end
    assert isinstance(found(data + b"<html>Bad gateway</html>"), Broken)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (mp4(b"frames")[:-1], "its box mdat lacks 1 bytes"),
        (FTYP, "it has no box moov"),
        (FTYP + MDAT, "it has no box moov"),
        (FTYP + open_ended(b"mdat", MOOV), "it has no box moov"),
        (FTYP + MOOV + MDAT + b"\0", "what stands at byte 150 of 151 is no box"),
        (FTYP + MOOV + MDAT + bytes(8), "what stands at byte 150 of 158 is no box"),
        (FTYP + MOOV + MDAT + b"<html>Bad gateway</html>", "what stands at byte 150 of 174 is no box"),
        (FTYP + MOOV + b"\0\0\0\7mdat" + bytes(9), "what stands at byte 136 of 153 is no box"),
        (FTYP + MOOV + b"\0\0\0\1mdat" + bytes(8), "what stands at byte 136 of 152 is no box"),
        (FTYP + MOOV + b"\0\0\0\1mdat" + b"\xff" * 8, "its box mdat lacks"),
        (FTYP + MOOV + b"\0\0\0\1mdat", "what stands at byte 136 of 144 is no box"),
        (FTYP + index(8, 5000), "its index points beyond its end"),
        (FTYP + index(2**33, width=8) + MDAT, "its index points beyond its end"),
        (FTYP + box(b"moov", box(b"mvex")), "no box moof"),
        (FTYP + MOOV + box(b"free") * 100_001, "more than 100,000 boxes"),
        (box(b"ftyp", b"avif\0\0\0\0") + MDAT, "it has no box meta or moov"),
        (b"the moov is gone", "its box moov lacks"),
        (webm(b"frames")[:-1], "it lacks 1 bytes"),
        (webm()[:19], "it has no segment"),
        (webm()[:30], "is no element"),
        (webm() + b"\0\0", "is no element"),
        (b"\x1a\x45\xdf\xa3", "is no element"),
        (jpeg()[:-2], "no end of image"),
        (jpeg(b"a preview: \xff\xd8\xff\xd9 and more")[:21], "its segments lack 9 bytes"),
        (jpeg() + b"<html>Bad gateway</html>", "no end of image"),
        (b"\xff\xd8\xff\xe0" + b"text " * 99, "its segments lack 29,"),
        (b"\xff\xd8\xff\xe0\0\2" + b"text " * 99, "no end of image"),
        (png()[:-12], "is no chunk"),
        (png()[:-1], "its chunk IEND lacks 1 bytes"),
        (png() + b"x", "goes on after its last chunk"),
        (b"\x89PNG\r\n\x1a\n" + png()[33:], "is no chunk"),
        (gif()[:-1], "no trailer"),
        (webp()[:-1], "lacks 1 bytes"),
        (webp() + b"<html>", "goes on after its end"),
        (ogg()[:-1], "last page is not whole"),
        (ogg()[:-33], "no last page"),
        (b"OggS\0", "no last page"),
        (b"ID3\4\0\0\0\0\0\x0a" + bytes(10), "ends within its tag"),
    ],
)
def test_a_file_that_is_not_whole_says_why(data, reason):
    broken = found(data)
    assert isinstance(broken, Broken)
    assert re.search(reason, broken.reason), broken.reason


@pytest.mark.parametrize(
    "data", [b"", b"File not found or expired.", b'[{"error": "gone"}]', b"<?xml?><Error/>"]
)
def test_words_are_no_media(data):
    assert found(data) == NoMedia(head=data)


def test_an_index_that_makes_no_sense_is_let_be():
    for content in (b"\0\0\0\3trak", box(b"trak", b"\xff" * 40), box(b"trak", box(b"mdia", box(b"minf")))):
        assert found(FTYP + box(b"moov", content) + MDAT).suffix == ".mp4"


def test_of_a_large_file_only_a_few_hundred_bytes_are_read(tmp_path):
    path = tmp_path / "large.mp4"
    with path.open("wb") as stream:
        stream.write(FTYP + large(b"mdat", b"")[:8] + (16 + 2**33).to_bytes(8))
        stream.seek(2**33, 1)
        stream.write(MOOV)
    with Counting(path) as file:
        assert examine(file).suffix == ".mp4"
        assert file.bytes < 1000


class Counting:
    """A file that counts what is read of it."""

    def __init__(self, path):
        self._file = path.open("rb", buffering=0)
        self.bytes = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def seek(self, *place):
        return self._file.seek(*place)

    def read(self, count):
        data = self._file.read(count)
        self.bytes += len(data)
        return data
