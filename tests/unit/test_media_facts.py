from __future__ import annotations

import pytest

from sora2batch.media.facts import MAX_BYTES, TYPES, MediaError, MediaFacts, check_kind
from sora2batch.media.kind import MediaKind
from sora2batch.media.sniff import AVIF, HEIC, JPEG, M4A, MP4, PNG, sniff


def facts(kind, length=1):
    return MediaFacts(kind, length, "0" * 64)


@pytest.mark.parametrize("kind", MediaKind)
def test_each_kind_takes_its_types_up_to_its_limit(kind):
    for found in TYPES[kind]:
        check_kind(facts(found, MAX_BYTES[kind]), kind)


def test_a_picture_may_have_30_mib():
    assert MAX_BYTES[MediaKind.IMAGE] == 30 * 1024 * 1024


@pytest.mark.parametrize(
    ("found", "length", "kind", "words", "hint"),
    [
        (HEIC, 1, "image", "is HEIC, which no browser shows", "convert it to JPEG, PNG or WebP"),
        (HEIC, 1, "video", "is HEIC, no video", None),
        (MP4, 1, "image", "is MP4, no picture", None),
        (PNG, 1, "audio", "is PNG, no sound", None),
        (MP4, 1, "audio", "is MP4, no sound", "convert it to MP3, WAV, M4A, OGG or FLAC"),
        (M4A, 1, "video", "is M4A, no video", None),
        (sniff(b"RIFF\0\0\0\0AVI "), 1, "video", "is AVI, which no browser plays", "convert it to MP4, MOV or WebM"),
        (JPEG, 41 << 20, "image", "has 41 MiB, more than the 30 MiB that it may have", None),
        (JPEG, (30 << 20) + 1, "image", "has 30.1 MiB, more than the 30 MiB that it may have", None),
        (AVIF, 0, "image", "is empty", None),
    ],
)  # fmt: skip
def test_what_a_field_does_not_take_is_told(found, length, kind, words, hint):
    with pytest.raises(MediaError) as caught:
        check_kind(facts(found, length), MediaKind(kind))
    assert (caught.value.message, caught.value.hint) == (words, hint)
