import os
from pathlib import Path

import pytest

from fakes.repository import commit, git
from sora2batch.manifest.git_tree import GitTree
from sora2batch.manifest.tree import DiskTree, MissingFileError, TreeError, other_spelling


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "batch"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "shots.csv").write_bytes(b"a\r\n1\r\n")
    (tmp_path / "secret.csv").write_bytes(b"secret")
    return folder


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
    git(folder, "commit", "-qm", "first")
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


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def content(tree, name):
    with tree.open(name) as stream:
        return stream.read()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("images/*.jpg", ["images/a.jpg", "images/b.jpg"]),
        ("images/*.{jpg,png}", ["images/a.jpg", "images/b.jpg", "images/c.png"]),
        ("**/*.jpg", ["images/a.jpg", "images/b.jpg", "images/deep/er/d.jpg"]),
        (
            "images/**",
            ["images/B.JPG", "images/a.jpg", "images/b.jpg", "images/c.png", "images/deep/er/d.jpg"],
        ),
        ("images/[!a].jpg", ["images/b.jpg"]),
        ("images/?.JPG", ["images/B.JPG"]),
        ("images/.*.jpg", ["images/.hidden.jpg"]),
        (".cache/*", [".cache/x.jpg"]),
        ("Images/*.jpg", []),
        ("nowhere/*.jpg", []),
        ("m.yaml/*", []),
    ],
)
@pytest.mark.parametrize("tree", ["disk", "git", "git, but ignored"])
def test_a_pattern_finds_the_same_files_everywhere(tmp_path, pattern, found, tree):
    images = ("a.jpg", "b.jpg", "B.JPG", "c.png", ".hidden.jpg", "deep/er/d.jpg", ".deep/e.jpg")
    put(tmp_path, ".cache/x.jpg", "m.yaml", *(f"images/{name}" for name in images))
    if tree == "git, but ignored":
        (tmp_path / ".gitignore").write_text("images/\n.cache/\n")
    if tree != "disk":
        commit(tmp_path, *(() if tree == "git" else ["m.yaml"]))
    reader = DiskTree(tmp_path) if tree == "disk" else GitTree(tmp_path, "HEAD")
    assert list(reader.names(pattern)) == found


@pytest.mark.parametrize("pattern", ["../*.jpg", "/etc/*", "a/../../*", "~/*", "C:/*", "a\\*", ""])
def test_a_pattern_that_leads_elsewhere_is_refused(root, pattern):
    with pytest.raises(TreeError):
        DiskTree(root).names(pattern)


def test_a_pattern_goes_through_no_link_to_a_folder_and_finds_links_to_files(root):
    put(root, "images/a.jpg")
    (root / "images/link.jpg").symlink_to("a.jpg")
    (root / "images/loop").symlink_to("..")
    assert DiskTree(root).names("images/**/*.jpg") == ("images/a.jpg", "images/link.jpg")
    (root / "out").symlink_to("../..")
    with pytest.raises(TreeError, match="leads out"):
        DiskTree(root).names("out/*")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.symlink_to("../secret.csv"), "leads out"),
        (lambda path: path.mkdir(), "it is a folder"),
        (os.mkfifo, "it is a pipe"),
        (lambda path: None, "is not there"),
    ],
)
def test_what_is_no_plain_file_of_the_folder_is_neither_opened_nor_stamped(root, make, words):
    make(root / "x.jpg")
    for ask in (DiskTree(root).open, DiskTree(root).stamp):
        with pytest.raises(TreeError, match=words):
            ask("x.jpg")


def test_a_stamp_tells_that_a_file_was_written(root):
    before = DiskTree(root).stamp("data/shots.csv")
    assert DiskTree(root).stamp("./data//shots.csv") == before
    os.utime(root / "data/shots.csv", ns=(0, 0))
    assert DiskTree(root).stamp("data/shots.csv").key != before.key
    assert content(DiskTree(root), "data/shots.csv") == b"a\r\n1\r\n"


@pytest.mark.parametrize(
    ("name", "listing", "other"),
    [
        ("fox.jpg", {"fox.jpg", "Fox.jpg"}, None),
        ("fox.jpg", {"Fox.JPG"}, "Fox.JPG"),
        ("é.jpg", {"e\u0301.jpg"}, None),
        ("é.jpg", {"E\u0301.jpg"}, "E\u0301.jpg"),
        ("fox.jpg", set(), None),
    ],
)
def test_a_name_that_a_careless_disk_finds_under_another_spelling_is_told(name, listing, other):
    assert other_spelling(name, frozenset(listing)) == other


def test_git_opens_many_files_as_they_stood_and_what_it_never_had_from_disk(repository):
    tree = GitTree(repository, "HEAD")
    assert content(tree, "data/shots [1].csv") == b"old\r\n"
    assert content(tree, "m.yaml") == b"version: 1\n"
    assert content(tree, "new.csv") == b"new"
    assert tree.stamp("m.yaml").changed_ns == 0
    git(repository, "add", "new.csv")
    with pytest.raises(MissingFileError, match="not there in git at HEAD"):
        GitTree(repository, "HEAD").open("new.csv")
    with pytest.raises(TreeError, match="is a link"):
        tree.open("link.csv")


def test_a_pointer_of_git_lfs_is_the_file_that_it_points_to(tmp_path):
    digest = "ab" * 32
    put(tmp_path, "a.jpg")
    (tmp_path / "a.jpg").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 3\n"
    )
    commit(tmp_path)
    with pytest.raises(TreeError, match="Git LFS pointer") as caught:
        GitTree(tmp_path, "HEAD").open("a.jpg")
    assert caught.value.hint == "fetch it: git lfs fetch origin HEAD"
    put(tmp_path, f".git/lfs/objects/ab/ab/{digest}")
    assert content(GitTree(tmp_path, "HEAD"), "a.jpg").startswith(b".git/lfs")
