"""By what a fleet knows a batch: the repository of its manifest, and the manifest's path in there."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.config.settings import repository_for
from sora2batch.fleet.clients.repository_name import (
    RepositoryFacts,
    alias_of_folder,
    aliases_of,
    local_path,
    named,
)
from sora2batch.ground.errors import UsageError
from sora2batch.manifest.git import GitError, NoRepositoryError, ask_git

_MOST_ORIGINS = 4
"""So many clones of clones are followed on this machine."""


class BatchName(NamedTuple):
    """What all who run a batch call it."""

    aliases: tuple[str, ...]
    """Of the repository; never empty."""
    manifest: str
    """Its path from the repository's top, with forward slashes."""


def name_of(manifest: Path) -> BatchName:
    """Find out what a manifest is called, by git and by the settings; links are followed first.

    Raises:
        UsageError: git cannot tell, and no setting names the repository; or a setting is no good.
    """
    path = Path(os.path.realpath(manifest))
    setting = repository_for(manifest.parent)
    try:
        top = _top(path.parent)
        aliases = (named(setting),) if setting else tuple(dict.fromkeys(_aliases(path.parent)))
    except NoRepositoryError:
        top = path.parent
        aliases = (named(setting) if setting else alias_of_folder(path.parent.as_posix(), platform.node()),)
    except GitError as error:
        hint = "or say which repository it is: SORA2BATCH_REPOSITORY=NAME"
        raise UsageError(error.message, hint=f"{error.hint}, {hint}" if error.hint else hint) from error
    return BatchName(aliases, path.relative_to(top).as_posix())


def _top(folder: Path) -> Path:
    return Path(os.path.realpath(_line(ask_git(folder, "rev-parse", "--show-toplevel"))))


def _aliases(folder: Path, left: int = _MOST_ORIGINS) -> Iterator[str]:
    """Name a repository, and by the names of the one on this machine that it was cloned from."""
    facts = _facts(folder)
    yield from aliases_of(facts, platform.node())
    source = local_path(facts.origin) if facts.origin else None
    if source is None or not left:
        return
    origin = Path(os.path.realpath(_seen_from(facts) / source))
    try:
        yield from _aliases(origin, left - 1)
    except (GitError, OSError):  # it has gone, or is somebody else's: its folder is a name all the same
        yield from aliases_of(RepositoryFacts(folder=origin.as_posix()), platform.node())


def _seen_from(facts: RepositoryFacts) -> Path:
    """Choose the folder to which a relative remote is relative: the top, or the repository itself."""
    shared = Path(facts.folder or "")
    return shared.parent if shared.name == ".git" else shared


def _facts(folder: Path) -> RepositoryFacts:
    shared = Path(os.path.realpath(folder / _line(ask_git(folder, "rev-parse", "--git-common-dir"))))
    origin = _line(ask_git(folder, "remote", "get-url", "origin", fine=(0, 2, 128)))
    is_shallow = _line(ask_git(folder, "rev-parse", "--is-shallow-repository")) == "true"
    return RepositoryFacts(
        origin=origin or None, root=None if is_shallow else _root(folder), folder=shared.as_posix()
    )


def _root(folder: Path) -> str | None:
    """Find the first commit; None in a repository without any."""
    command = ("rev-list", "--first-parent", "--max-parents=0", "HEAD")
    return _line(ask_git(folder, *command, fine=(0, 128))) or None


def _line(answer: bytes) -> str:
    return os.fsdecode(answer).strip("\r\n")
