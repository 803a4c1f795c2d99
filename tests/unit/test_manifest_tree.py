import os
import subprocess
from pathlib import Path

import pytest

from sora2batch.manifest.git_tree import GitTree
from sora2batch.manifest.tree import DiskTree, MissingFileError, TreeError


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "batch"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "shots.csv").write_bytes(b"a\r\n1\r\n")
    (tmp_path / "secret.csv").write_bytes(b"secret")
    return folder


def git(folder, *arguments):
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    folder = tmp_path / "repo" / "batches é"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "shots [1].csv").write_bytes(b"old\r\n")
    (folder / "m.yaml").write_bytes(b"version: 1\n")
    (folder / "link.csv").symlink_to("m.yaml")
    git(tmp_path, "init", "-q", "repo")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "data" / "shots [1].csv").write_bytes(b"new")
    (folder / "new.csv").write_bytes(b"new")
    return folder


@pytest.mark.parametrize("name", ["data/shots.csv", "./data/shots.csv", "data//shots.csv"])
def test_a_file_below_the_folder_is_read_as_it_is(root, name):
    assert DiskTree(root).read(name) == b"a\r\n1\r\n"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "data/../../secret.csv",
        "data/../data/shots.csv",
        "/etc/hosts",
        "C:/x.csv",
        "c:x.csv",
        "~/x.csv",
        "data\\shots.csv",
        "data/",
        "",
        " ",
        ".",
        "a\0b",
        "a\nb",
    ],
)
@pytest.mark.parametrize("tree", ["disk", "git"])
def test_a_name_that_could_lead_elsewhere_is_refused(root, repository, name, tree):
    reader = DiskTree(root) if tree == "disk" else GitTree(repository, "HEAD")
    with pytest.raises(TreeError) as caught:
        reader.read(name)
    assert not isinstance(caught.value, MissingFileError)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_where_it_was_looked_for(root):
    with pytest.raises(MissingFileError, match=r'"data/shot.csv" is not there') as caught:
        DiskTree(root).read("data/shot.csv")
    assert caught.value.hint == f"looked for it in {root.as_posix()}/, the manifest's folder"
    with pytest.raises(MissingFileError):
        DiskTree(root).read("data/shots.csv/x")


def test_a_link_inside_the_folder_is_followed(root):
    (root / "link.csv").symlink_to("data/shots.csv")
    assert DiskTree(root).read("link.csv") == b"a\r\n1\r\n"


def test_a_link_out_of_the_folder_is_refused(root):
    (root / "link.csv").symlink_to("../secret.csv")
    (root / "up").symlink_to("..")
    for name in ("link.csv", "up/secret.csv"):
        with pytest.raises(TreeError, match="leads out"):
            DiskTree(root).read(name)


def test_a_link_in_a_circle_is_refused(root):
    (root / "a.csv").symlink_to("b.csv")
    (root / "b.csv").symlink_to("a.csv")
    with pytest.raises(TreeError, match="cannot be read"):
        DiskTree(root).read("a.csv")


def test_a_folder_that_is_itself_a_link_works(root, tmp_path):
    (tmp_path / "alias").symlink_to(root)
    assert DiskTree(tmp_path / "alias").read("data/shots.csv")


def test_a_relative_root_works(root, monkeypatch):
    monkeypatch.chdir(root)
    assert DiskTree(Path()).read("data/shots.csv")


def test_a_folder_is_no_file(root):
    with pytest.raises(TreeError, match="it is a folder"):
        DiskTree(root).read("data")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_without_waiting_for_it(root):
    os.mkfifo(root / "pipe.csv")
    with pytest.raises(TreeError, match="no plain file"):
        DiskTree(root).read("pipe.csv")


def test_a_name_too_long_for_the_disk_is_refused(root):
    with pytest.raises(TreeError, match="too long"):
        DiskTree(root).read("x" * 5000)


def test_git_shows_the_file_as_it_stood_there(repository):
    assert GitTree(repository, "HEAD").read("data/shots [1].csv") == b"old\r\n"
    assert GitTree(repository, "HEAD").read("m.yaml") == b"version: 1\n"


def test_a_file_that_git_does_not_have_is_missing(repository):
    with pytest.raises(MissingFileError, match=r'"new.csv" is not there in git at HEAD'):
        GitTree(repository, "HEAD").read("new.csv")


def test_names_are_no_patterns_to_git(repository):
    with pytest.raises(MissingFileError):
        GitTree(repository, "HEAD").read("m.yam?")


@pytest.mark.parametrize("ref", ["nope", "HEAD~7", "-h", "--output=x", "", "HEAD:m.yaml", "a\0b"])
def test_an_unknown_revision_is_named(repository, ref):
    with pytest.raises(TreeError, match="revision"):
        GitTree(repository, ref).read("m.yaml")
    assert not (repository / "x").exists()


def test_a_link_in_git_is_not_followed(repository):
    with pytest.raises(TreeError, match="is a link in git at HEAD"):
        GitTree(repository, "HEAD").read("link.csv")


def test_a_folder_in_git_is_no_file(repository):
    with pytest.raises(TreeError, match="is no file in git at HEAD"):
        GitTree(repository, "HEAD").read("data")


def test_a_folder_outside_of_git_says_what_git_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(TreeError, match="not a git repository"):
        GitTree(tmp_path, "HEAD").read("m.yaml")


def test_a_machine_without_git_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TreeError, match="git cannot be run") as caught:
        GitTree(tmp_path, "HEAD").read("m.yaml")
    assert caught.value.hint == "is git installed?"
