from __future__ import annotations

import pytest

from sora2batch.sjinn.version import Version, rest_fault, version_of

LENGTH = {"Content-Length": "100"}
MODIFIED = "Sun, 22 Nov 2026 08:00:00 GMT"
TAGGED = Version(header="ETag", validator='"v1"', bytes=100)


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"ETag": '"v1"', "Last-Modified": MODIFIED, **LENGTH}, TAGGED),
        (
            {"ETag": 'W/"v1"', "Last-Modified": MODIFIED, **LENGTH},
            Version(header="Last-Modified", validator=MODIFIED, bytes=100),
        ),
        ({"ETag": 'W/"v1"', **LENGTH}, None),
        ({"ETag": "v1", **LENGTH}, None),
        ({"ETag": '"v1"'}, None),
        ({"ETag": '"v1"', "Content-Length": "1e2"}, None),
        ({"ETag": '"v1"', "Content-Encoding": "gzip", **LENGTH}, None),
        ({"ETag": '"v1"', "Content-Encoding": "identity", **LENGTH}, TAGGED),
        (LENGTH, None),
    ],
)
def test_a_version_is_known_by_a_strong_validator_and_its_length(headers, version):
    assert version_of(headers) == version


@pytest.mark.parametrize(
    ("content_range", "etag", "fault"),
    [
        ("bytes 40-99/100", '"v1"', None),
        ("BYTES 40-60/100", '"v1"', None),
        ("bytes 41-99/100", '"v1"', "wrong place"),
        ("bytes 40-100/100", '"v1"', "wrong place"),
        ("bytes 40-39/100", '"v1"', "wrong place"),
        ("bytes 40-99/101", '"v1"', "another version"),
        ("bytes 40-99/100", '"v2"', "another version"),
        ("bytes 40-99/100", "", "another version"),
        ("bytes 40-99/*", '"v1"', "did not say"),
        ("bytes */100", '"v1"', "did not say"),
        ("", '"v1"', "did not say"),
    ],
)
def test_a_rest_fits_or_says_why_not(content_range, etag, fault):
    told = rest_fault({"Content-Range": content_range, "ETag": etag}, TAGGED, start=40)
    assert told is None if fault is None else fault in told
