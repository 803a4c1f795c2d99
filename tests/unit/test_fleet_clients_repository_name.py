"""What clones call their repository."""

from __future__ import annotations

import pytest

from sora2batch.fleet.clients.repository_name import RepositoryFacts, aliases_of, local_path, remote_name


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/studio/campaigns.git",
        "https://example.com/studio/campaigns",
        "https://example.com/studio/campaigns.git/",
        "https://example.com:443/studio//campaigns",
        "https://user:gho_secret@example.com/studio/campaigns.git",
        "HTTPS://Example.COM/studio/campaigns.git",
        "ssh://git@example.com/studio/campaigns.git",
        "ssh://git@example.com:2222/studio/campaigns.git",
        "ssh://git@example.com/~/studio/campaigns.git",
        "git+ssh://git@example.com/studio/campaigns",
        "git://example.com/studio/campaigns.git",
        "git@example.com:studio/campaigns.git",
        "example.com:studio/campaigns",
        "git@example.com:/studio/campaigns.git",
        "https://example.com/studio/campaigns.git?token=secret",
        " git@example.com:studio/campaigns.git\n",
    ],
)
def test_every_way_to_a_remote_has_one_name(url):
    assert remote_name(url) == "example.com/studio/campaigns"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://localhost:3000/a/b.git", "localhost:3000/a/b"),
        ("http://localhost:80/a/b.git", "localhost/a/b"),
        ("git@[::1]:a/b.git", "::1/a/b"),
        ("https://example.com/a/b%20c.git", "example.com/a/b c"),
        ("https://example.com/Studio/A", "example.com/Studio/A"),
    ],
)
def test_another_port_of_the_web_and_large_letters_of_a_path_count(url, name):
    assert remote_name(url) == name


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("../a", "../a"),
        ("file:///srv/git/a%20b.git", "/srv/git/a b.git"),
        ("C:/films/a", "C:/films/a"),
    ],
)
def test_a_folder_of_this_machine_is_no_remote(url, path):
    assert remote_name(url) is None
    assert local_path(url) == path


def test_a_remote_is_no_folder():
    assert local_path("git@example.com:a/b") is None
    assert local_path("https://example.com/a/b") is None


@pytest.mark.parametrize(
    "url", ["https://[broken/a", "https:///a", "https://example.com:port/a", "ext::sh -c x"]
)
def test_what_cannot_be_read_names_nothing(url):
    assert remote_name(url) is None or "sh" in remote_name(url)


def test_a_clone_with_a_remote_is_not_known_by_its_folder():
    facts = RepositoryFacts(origin="git@example.com:a/b", root="c0ffee", folder="/srv/a/.git")
    assert [*aliases_of(facts, "box")] == ["origin:example.com/a/b", "root:c0ffee"]
    assert [*aliases_of(facts._replace(origin=None), "box")] == ["root:c0ffee", "path:box:/srv/a/.git"]
    assert [*aliases_of(facts._replace(origin="/srv/a"), "box")] == ["root:c0ffee"]
    assert [*aliases_of(RepositoryFacts(), "box")] == []
