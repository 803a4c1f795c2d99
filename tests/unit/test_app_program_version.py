from __future__ import annotations

import subprocess
import sys

import pytest

from fakes.repository import git
from sora2batch import __version__
from sora2batch.app.program_version import Commit, commit_text, find_commit, version_and_python

DIGITS = "58d35a17abbbcccdddeeefff00011122233344ab"
BLANK = "$Format:%H %cs$\n"


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the parts of the program, in one commit of 2026-11-29."""
    (tmp_path / "sora2batch").mkdir()
    (tmp_path / "sora2batch/commit.txt").write_text(BLANK)
    (tmp_path / ".gitattributes").write_text("sora2batch/commit.txt export-subst\n")
    (tmp_path / "pyproject.toml").write_text("")
    git(tmp_path, "init", "-q")
    committed(tmp_path)
    return tmp_path


def committed(folder):
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x", "--date=2001-01-01T00:00:00Z")


def digits(folder):
    return git(folder, "rev-parse", "HEAD").strip()


def test_this_very_program_tells_version_and_python():
    told = version_and_python()
    assert told.startswith(f"sora2batch {__version__}")
    assert told.endswith(
        f", Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    )


@pytest.mark.parametrize("is_changed", [False, True])
def test_what_a_build_wrote_down_is_read(tmp_path, is_changed):
    commit = Commit(DIGITS, "2026-11-29", is_changed)
    (tmp_path / "sora2batch").mkdir()
    (tmp_path / "sora2batch/commit.txt").write_text(commit_text(commit))
    assert find_commit(tmp_path) == commit


def test_a_commit_is_shown_as_others_show_it():
    assert str(Commit(DIGITS, "2026-11-29", is_changed=False)) == "58d35a17a 2026-11-29"
    assert str(Commit(DIGITS, "2026-11-29", is_changed=True)) == "58d35a17a 2026-11-29, changed since"


def test_in_a_checkout_git_is_asked(checkout):
    found = find_commit(checkout)
    assert (found.digits, found.is_changed) == (digits(checkout), False)
    assert found.date == git(checkout, "show", "-s", "--format=%cs").strip()


def test_settings_of_git_and_a_hook_do_not_confuse_it(checkout, monkeypatch, tmp_path_factory):
    git(checkout, "config", "log.showSignature", "true")
    git(checkout, "config", "status.showUntrackedFiles", "no")
    (checkout / "sora2batch/new.py").write_text("")
    expected = digits(checkout)
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("other")))
    found = find_commit(checkout)
    assert (found.digits, found.is_changed) == (expected, True)


@pytest.mark.parametrize(
    ("name", "is_changed"),
    [
        ("sora2batch/commit.txt", True),
        ("sora2batch/new.py", True),
        ("pyproject.toml", True),
        ("notes.md", False),
    ],
)
def test_only_what_the_program_is_made_of_makes_it_another(checkout, name, is_changed):
    (checkout / name).write_text("another")
    assert find_commit(checkout).is_changed is is_changed


def test_an_archive_of_git_has_its_commit(checkout, tmp_path_factory):
    archive = tmp_path_factory.mktemp("archive")
    git(checkout, "archive", "--output", archive / "it.tar", "HEAD")
    subprocess.run(["tar", "-x", "-f", archive / "it.tar", "-C", archive], check=True)
    assert find_commit(archive) == find_commit(checkout)


@pytest.mark.parametrize("text", [BLANK, "", "58d35a1 2026-11-29\n", "no\n", b"\xff"])
def test_without_git_and_without_a_record_nothing_is_claimed(tmp_path, text):
    (tmp_path / "sora2batch").mkdir()
    file = tmp_path / "sora2batch/commit.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert find_commit(tmp_path) is None
    file.unlink()
    assert find_commit(tmp_path) is None


def test_somebody_elses_repository_is_not_the_programs(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "x").write_text("")
    committed(tmp_path)
    (tmp_path / "sora2batch").mkdir()
    (tmp_path / "sora2batch/commit.txt").write_text(BLANK)
    assert find_commit(tmp_path) is None


def test_a_repository_without_a_commit_or_that_is_broken_is_no_error(tmp_path):
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert find_commit(tmp_path) is None
    (tmp_path / ".git").unlink()
    git(tmp_path, "init", "-q")
    assert find_commit(tmp_path) is None
