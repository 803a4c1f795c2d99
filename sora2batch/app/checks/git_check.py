"""What ``doctor`` finds out about git: how it would treat the lockfile and the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sora2batch.app.batch.layout import BatchLayout
from sora2batch.app.checks.check import Check, sentence_of
from sora2batch.ground.plainfile import reason, refuse_unless_plain
from sora2batch.manifest.git import GitError, NoRepositoryError, ask_git


def check_git(layout: BatchLayout) -> Iterator[Check]:
    """Ask git itself about the files of a batch."""
    if in_the_way := list(_no_files_of_git(layout.lockfile.parent)):
        yield from in_the_way
        return
    try:
        yield from _check_files(layout)
    except NoRepositoryError:
        yield Check.note("git", "no repository here: lockfiles want one")
    except GitError as error:
        yield Check.note("git", sentence_of(error))


def _check_files(layout: BatchLayout) -> Iterator[Check]:
    folder, lock, journal = layout.lockfile.parent, layout.lockfile.name, layout.journal.name
    merge = ask_git(folder, "check-attr", "merge", "--", f"./{lock}").decode(errors="replace")
    if not merge.strip().endswith(("union", "sora2batch")):
        yield Check.note(
            "git", "lockfiles are not merged line by line: add `*.lock.jsonl merge=union` to .gitattributes"
        )
    if not ask_git(folder, "check-ignore", "--", f"./{journal}", fine=(0, 1)):
        yield Check.note("git", "journals are not ignored: add `*.journal.jsonl` to .gitignore")
    if ask_git(folder, "check-ignore", "--", f"./{lock}", fine=(0, 1)):
        yield Check.bad("git", f"{lock} is ignored, but it is what must be committed")


def _no_files_of_git(folder: Path) -> Iterator[Check]:
    """Find what git would wait for: a pipe in the place of one of its own files."""
    for above in (folder, *folder.absolute().parents):
        for name in (".gitignore", ".gitattributes"):
            path = above / name
            try:
                if not path.is_symlink():  # which git does not follow
                    refuse_unless_plain(path)
            except OSError as error:
                yield Check.bad("git", f"{path}: {reason(error)}")
        if (above / ".git").exists():
            return
