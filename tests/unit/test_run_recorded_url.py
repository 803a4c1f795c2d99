from __future__ import annotations

import pytest

from sora2batch.run.recorded_url import recorded_outputs, recorded_url


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://files.test/a.mp4?X-Signature=s#part", "https://files.test/a.mp4"),
        ("https://user:secret@files.test:8080/a.mp4", "https://files.test:8080/a.mp4"),
        ("HTTP://files.test/a.mp4", "http://files.test/a.mp4"),
        ("ftp://files.test/a.mp4", None),
        ("https://user:secret@/a.mp4", None),
        ("/result/a.mp4", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_a_url_is_kept_without_its_secrets(url, kept):
    assert recorded_url(url) == kept


def test_urls_that_cannot_be_fetched_are_not_recorded():
    assert [one.url for one in recorded_outputs(["data:x", "https://a.test/b?c"])] == ["https://a.test/b"]
