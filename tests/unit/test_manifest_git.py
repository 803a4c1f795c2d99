from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fakes.repository import foreign_git, git
from sora2batch.manifest import git as our_git
from sora2batch.manifest.git import GitError, NoRepositoryError, ask_git, clean_environment
from sora2batch.manifest.git_tree import GitTree
from sora2batch.manifest.tree import TreeError


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repo"
    (folder / "batches").mkdir(parents=True)
    (folder / "m.yaml").write_text("top\n")
    (folder / "batches/m.yaml").write_text("inner\n")
    git(tmp_path, "init", "-q", "repo")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def test_what_a_hook_tells_its_git_does_not_reach_ours(tmp_path):
    told = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
    ).stdout.split()
    told += ["GIT_CEILING_DIRECTORIES", "GIT_NAMESPACE", "GIT_TRACE", "GIT_PAGER", "GIT_EXTERNAL_DIFF"]
    told += ["GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0", "GIT_QUARANTINE_PATH", "GIT_ICASE_PATHSPECS"]
    found = clean_environment(dict.fromkeys([*told, "GIT_CONFIG_GLOBAL", "PATH", "HOME"], "x"))
    assert not set(told) & set(found)
    assert (found["GIT_CONFIG_GLOBAL"], found["PATH"], found["HOME"]) == ("x", "x", "x")
    assert (found["GIT_TERMINAL_PROMPT"], found["GIT_OPTIONAL_LOCKS"], found["LC_ALL"]) == ("0", "0", "C")


@pytest.mark.parametrize(
    "told",
    [
        {"GIT_DIR": "{other}/.git"},
        {"GIT_DIR": "{repo}/.git"},
        {"GIT_DIR": "{other}/.git", "GIT_WORK_TREE": "{other}"},
        {"GIT_DIR": "{repo}/.git", "GIT_WORK_TREE": "{repo}/batches"},
        {"GIT_PREFIX": "elsewhere/"},
        {"GIT_INDEX_FILE": "{other}/.git/index"},
        {"GIT_OBJECT_DIRECTORY": "{other}/.git/objects"},
        {"GIT_CEILING_DIRECTORIES": "{repo}"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.worktree", "GIT_CONFIG_VALUE_0": "{other}"},
        {"GIT_CONFIG_PARAMETERS": "'core.bare'='true'"},
        {"GIT_NOGLOB_PATHSPECS": "1"},
        {"GIT_TRACE": "1"},
        {"GIT_REPLACE_REF_BASE": "refs/nowhere"},
    ],
    ids=lambda told: "+".join(told) if isinstance(told, dict) else told,
)
def test_the_folder_alone_says_which_file_is_meant(repository, tmp_path, monkeypatch, told):
    (tmp_path / "other").mkdir()
    git(tmp_path, "init", "-q", "other")
    for name, value in told.items():
        monkeypatch.setenv(name, value.format(repo=repository, other=tmp_path / "other"))
    assert GitTree(repository / "batches", "HEAD").read("m.yaml") == b"inner\n"


def test_a_hook_in_a_linked_worktree_compares_with_the_right_file(repository, tmp_path):
    hook = repository / ".git/hooks/pre-commit"
    script = (
        "import sys; from pathlib import Path; from sora2batch.manifest.git_tree import GitTree; "
        "sys.stdout.buffer.write(GitTree(Path('batches'), 'HEAD').read('m.yaml'))"
    )
    found = tmp_path / "found"
    hook.write_text(f'#!/bin/sh\nenv | grep -q GIT_DIR && "$PYTHON" -c "{script}" > {found}\n')
    hook.chmod(0o755)
    git(repository, "worktree", "add", "-q", tmp_path / "linked")
    (tmp_path / "linked/batches/m.yaml").write_text("changed\n")
    git(tmp_path / "linked", "commit", "-qam", "second", PYTHON=sys.executable)
    assert found.read_bytes() == b"inner\n"


def test_a_rebase_that_executes_us_compares_with_the_right_file(repository, tmp_path):
    git(repository, "worktree", "add", "-q", tmp_path / "linked")
    linked = tmp_path / "linked"
    (linked / "batches/m.yaml").write_text("second\n")
    git(linked, "commit", "-qam", "second")
    script = (
        "import sys; from pathlib import Path; from sora2batch.manifest.git_tree import GitTree; "
        "sys.stdout.buffer.write(GitTree(Path('batches'), 'HEAD~1').read('m.yaml'))"
    )
    git(linked, "rebase", "-q", "-x", f'"{sys.executable}" -c "{script}" > "{tmp_path}/found"', "HEAD~1")
    assert (tmp_path / "found").read_bytes() == b"inner\n"


def test_a_repository_of_another_user_is_told_with_gits_own_remedy(repository, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    foreign_git(tmp_path / "bin", monkeypatch)
    with pytest.raises(TreeError, match="belongs to another user") as caught:
        GitTree(repository / "batches", "HEAD").read("m.yaml")
    assert caught.value.hint == f"if you trust it: git config --global --add safe.directory {repository}"


@pytest.mark.parametrize("ref", ["--output=x", "-h", "", " ", "--upload-pack=x", "HEAD..main", "a\nb"])
def test_no_revision_is_an_option(repository, ref):
    with pytest.raises(TreeError, match="revision"):
        GitTree(repository / "batches", ref).read("m.yaml")
    assert not (repository / "batches/x").exists()


def test_a_submodule_is_its_own_repository(repository, tmp_path):
    (tmp_path / "super").mkdir()
    git(tmp_path, "init", "-q", "super")
    git(
        tmp_path / "super",
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        repository,
        "sub",
    )
    git(tmp_path / "super", "commit", "-qm", "first")
    assert GitTree(tmp_path / "super/sub/batches", "HEAD").read("m.yaml") == b"inner\n"
    with pytest.raises(TreeError, match='"sub" is no file in git'):
        GitTree(tmp_path / "super", "HEAD").read("sub")


def test_a_folder_inside_the_repository_itself_has_no_files(repository, tmp_path):
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    for folder in (tmp_path / "bare.git", repository / ".git"):
        with pytest.raises(TreeError, match="inside the repository itself"):
            GitTree(folder, "HEAD").read("m.yaml")


def test_a_revision_that_a_shallow_clone_lacks_says_how_to_get_it(repository, tmp_path):
    (repository / "m.yaml").write_text("more\n")
    git(repository, "commit", "-qam", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    assert GitTree(tmp_path / "shallow/batches", "HEAD").read("m.yaml") == b"inner\n"
    with pytest.raises(TreeError, match='does not know the revision "HEAD~1"') as caught:
        GitTree(tmp_path / "shallow", "HEAD~1").read("m.yaml")
    assert caught.value.hint == "in a shallow clone, fetch it first: git fetch origin REF"


def test_a_partial_clone_whose_origin_is_gone_is_told_and_not_asked_for(repository, tmp_path):
    git(repository, "config", "uploadpack.allowFilter", "true")
    url = f"file://{repository}"
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", url, "partial")
    assert GitTree(tmp_path / "partial", "HEAD").read("m.yaml") == b"top\n"
    repository.rename(tmp_path / "gone")
    with pytest.raises(TreeError, match="git cannot read"):
        GitTree(tmp_path / "partial", "HEAD").read("batches/m.yaml")


def test_what_is_no_repository_is_told_apart(tmp_path):
    with pytest.raises(NoRepositoryError, match="not a git repository"):
        ask_git(tmp_path, "rev-parse", "HEAD")


def test_a_git_that_hangs_is_left_behind(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(our_git, "_SECONDS", 0.2)
    with pytest.raises(GitError, match="does not answer"):
        ask_git(tmp_path, "rev-parse", "HEAD")


def test_what_git_says_moves_no_cursor(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\nprintf 'fatal: \\033[2Jgone\\n' >&2\nexit 128\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GitError) as caught:
        ask_git(tmp_path, "rev-parse", "HEAD")
    assert caught.value.message.isprintable()
