"""What clones call their repository, so that all of them mean the same one; nothing is asked here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_SCP = re.compile(r"(?:[^@/:\s]+@)?(?P<host>\[[^\]]+\]|[^/:\s]{2,}):(?!//)(?P<path>.+)")
"""``git@host:owner/name``; a single letter before the colon is a drive."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SECURE_SHELLS = frozenset({"ssh", "git+ssh", "ssh+git"})
_NETWORKS = frozenset({"http", "https", "git", "ftp", "ftps"}) | _SECURE_SHELLS


class RepositoryFacts(NamedTuple):
    """What git says of a repository; None where it says nothing."""

    origin: str | None = None
    """The URL of its remote ``origin``, as git would use it."""
    root: str | None = None
    """Its first commit, following first parents; not of a shallow clone, which does not have it."""
    folder: str | None = None
    """Where it is on this machine, links resolved: the folder that all its worktrees share."""


def named(repository: str) -> str:
    """Write the alias of a repository that a setting names."""
    return f"name:{repository}"


def aliases_of(facts: RepositoryFacts, host: str) -> Iterator[str]:
    """Write the aliases of one repository; a folder counts on its own machine alone.

    A clone that has a remote is not known by its folder: another repository may be there tomorrow.
    """
    if facts.origin and (remote := remote_name(facts.origin)):
        yield f"origin:{remote}"
    if facts.root:
        yield f"root:{facts.root}"
    if facts.folder and not facts.origin:
        yield f"path:{host}:{facts.folder}"


def alias_of_folder(folder: str, host: str) -> str:
    """Write the alias of a folder that is in no repository."""
    return f"folder:{host}:{folder}"


def remote_name(url: str) -> str | None:
    """Write a remote as ``host/path``, however it is reached; None where it is a folder of this machine.

    Neither who asks nor the port of a secure shell belongs to the name: it holds no credentials.
    """
    url = url.strip()
    if "://" in url:
        return _of_url(url)
    match = _SCP.fullmatch(url)
    return _joined(match["host"], match["path"]) if match else None


def local_path(url: str) -> str | None:
    """Find the folder that a remote names; None where it is on a network."""
    url = url.strip()
    if "://" not in url:
        return None if _SCP.fullmatch(url) else url
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme.lower() == "file" else None


def _of_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _NETWORKS or not host:
        return None
    is_told = port and scheme not in _SECURE_SHELLS and port != _DEFAULT_PORTS.get(scheme, 9418)
    return _joined(f"{host}:{port}" if is_told else host, unquote(parts.path))


def _joined(host: str, path: str) -> str:
    path = re.sub("/+", "/", path).strip("/").removeprefix("~/")
    return f"{host.strip('[]').lower()}/{path.removesuffix('.git').rstrip('/')}"
