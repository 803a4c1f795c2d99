"""Clones, worktrees and branches of one repository, with real git."""

from __future__ import annotations

import pytest

from fakes.repository import commit, foreign_git, git
from sora2batch.app.fleet.batch_name import name_of
from sora2batch.ground.errors import UsageError


@pytest.fixture
def source(tmp_path):
    """A repository with a manifest in a folder."""
    folder = tmp_path / "source"
    (folder / "ads").mkdir(parents=True)
    (folder / "ads/spring.yaml").write_text("version: 1\n")
    commit(folder)
    return folder


def clone(source, target, *options):
    git(source.parent, "clone", "-q", *options, source, target)
    return target


def are_one(*manifests) -> bool:
    names = [name_of(one) for one in manifests]
    shared = set(names[0].aliases)
    for one in names[1:]:
        if not shared & set(one.aliases):
            return False
        shared |= set(one.aliases)
    return len({one.manifest for one in names}) == 1


def test_a_manifest_is_called_by_its_path_from_the_top(source):
    assert name_of(source / "ads/spring.yaml").manifest == "ads/spring.yaml"


def test_two_clones_and_what_they_were_cloned_from_are_one(source, tmp_path):
    one, other = clone(source, tmp_path / "one"), clone(source, tmp_path / "other")
    assert are_one(*(folder / "ads/spring.yaml" for folder in (one, source, other)))


def test_a_worktree_on_another_branch_is_its_repository(source, tmp_path):
    git(source, "worktree", "add", "-q", "-b", "other", tmp_path / "tree")
    (tmp_path / "tree/more.txt").write_text("x")
    commit(tmp_path / "tree")
    assert are_one(source / "ads/spring.yaml", tmp_path / "tree/ads/spring.yaml")
    assert name_of(source / "ads/spring.yaml") == name_of(tmp_path / "tree/ads/spring.yaml")


def test_ssh_and_https_are_two_ways_to_one_remote(source, tmp_path):
    one, other = clone(source, tmp_path / "one", "--depth=1", "--no-local"), clone(source, tmp_path / "other")
    git(one, "remote", "set-url", "origin", "git@example.com:studio/ads.git")
    git(other, "remote", "set-url", "origin", "https://me:secret@example.com/studio/ads")
    assert "origin:example.com/studio/ads" in name_of(one / "ads/spring.yaml").aliases
    assert are_one(one / "ads/spring.yaml", other / "ads/spring.yaml")
    assert "secret" not in str(name_of(other / "ads/spring.yaml"))


def test_a_shallow_clone_does_not_name_its_first_commit(source, tmp_path):
    (source / "more.txt").write_text("x")
    commit(source)
    shallow = clone(source, tmp_path / "shallow", "--depth=1", "--origin=origin", "--no-local")
    git(shallow, "remote", "set-url", "origin", "git@example.com:studio/ads.git")
    assert name_of(shallow / "ads/spring.yaml").aliases == ("origin:example.com/studio/ads",)


def test_a_shallow_clone_of_a_folder_is_known_by_what_that_says(source, tmp_path):
    (source / "more.txt").write_text("x")
    commit(source)
    git(tmp_path, "clone", "-q", "--depth=1", source.as_uri(), tmp_path / "shallow")
    assert are_one(source / "ads/spring.yaml", tmp_path / "shallow/ads/spring.yaml")


def test_a_clone_of_a_clone_is_known_by_the_remote_of_the_first(source, tmp_path):
    one = clone(source, tmp_path / "one")
    git(one, "remote", "set-url", "origin", "https://example.com/studio/ads")
    other = clone(one, tmp_path / "other")
    assert "origin:example.com/studio/ads" in name_of(other / "ads/spring.yaml").aliases


def test_a_clone_is_known_although_its_source_has_gone(source, tmp_path):
    one, other = clone(source, tmp_path / "one"), clone(source, tmp_path / "other")
    source.rename(tmp_path / "elsewhere")
    assert are_one(one / "ads/spring.yaml", other / "ads/spring.yaml")


def test_a_repository_without_a_commit_keeps_its_name_with_the_first(tmp_path):
    (tmp_path / "spring.yaml").write_text("version: 1\n")
    git(tmp_path, "init", "-q")
    before = name_of(tmp_path / "spring.yaml")
    commit(tmp_path)
    assert set(before.aliases) < set(name_of(tmp_path / "spring.yaml").aliases)


def test_links_are_followed(source, tmp_path):
    (tmp_path / "link.yaml").symlink_to(source / "ads/spring.yaml")
    (tmp_path / "folder").symlink_to(source / "ads", target_is_directory=True)
    assert name_of(tmp_path / "link.yaml") == name_of(source / "ads/spring.yaml")
    assert name_of(tmp_path / "folder/spring.yaml") == name_of(source / "ads/spring.yaml")


def test_without_git_the_folder_on_this_machine_counts(tmp_path, monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "box")
    (tmp_path / "spring.yaml").write_text("version: 1\n")
    found = name_of(tmp_path / "spring.yaml")
    assert found.aliases == (f"folder:box:{tmp_path.resolve().as_posix()}",)
    assert found.manifest == "spring.yaml"


def test_a_setting_names_the_repository_and_nothing_else_counts(source, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_REPOSITORY", "studio/ads")
    assert name_of(source / "ads/spring.yaml") == (("name:studio/ads",), "ads/spring.yaml")


def test_a_pyproject_may_name_it(source):
    (source / "pyproject.toml").write_text('[tool.sora2batch]\nrepository = "studio/ads"\n')
    assert name_of(source / "ads/spring.yaml").aliases == ("name:studio/ads",)


def test_where_git_refuses_the_setting_is_the_way_out(source, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    foreign_git(tmp_path / "bin", monkeypatch)
    with pytest.raises(UsageError, match="belongs to another user") as raised:
        name_of(source / "ads/spring.yaml")
    assert "SORA2BATCH_REPOSITORY=NAME" in raised.value.hint
