from __future__ import annotations

import pytest

from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.location import check_location, follow_redirect, host_of


@pytest.mark.parametrize("url", ["https://h/a?sig=x", "http://h:8/a", "HTTPS://h/"])
def test_http_urls_may_be_fetched(url):
    assert check_location(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://h/a",
        "data:video/mp4;base64,AA",
        "/a.mp4",
        "https:///a",
        "",
        "http://[",
        "https://h:x/",
    ],
)
def test_other_urls_may_not(url):
    with pytest.raises(DownloadError, match="no http"):
        check_location(url)


def test_a_url_with_credentials_is_refused_without_showing_them():
    with pytest.raises(DownloadError) as caught:
        check_location("https://me:hunter2@h/a")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("origin", "location", "target"),
    [
        ("https://h/a/b?sig=1", "c", "https://h/a/c"),
        ("https://h/a", "//i/c", "https://i/c"),
        ("http://h/a", "https://i/c?x", "https://i/c?x"),
        ("http://h/a", "http://i/", "http://i/"),
    ],
)
def test_a_redirect_leads_on(origin, location, target):
    assert follow_redirect(origin, location) == target


@pytest.mark.parametrize(
    "location", ["http://h/a", "file:///etc/passwd", "javascript:1", "https://u:hunter2@h/", "https://["]
)
def test_a_redirect_to_worse_is_refused(location):
    with pytest.raises(DownloadError, match="h redirects") as caught:
        follow_redirect("https://h/a?sig=hunter2", location)
    assert "hunter2" not in str(caught.value)


def test_a_url_is_named_by_its_host_alone():
    assert host_of("https://me:pw@H.example:8/a?sig=x") == "h.example"
    assert host_of("http://[") == "the host"
