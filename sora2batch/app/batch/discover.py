"""Which files of a folder are manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from sora2batch.ground.errors import UsageError

_YAML = frozenset({".yaml", ".yml"})
_ROOT_KEY = re.compile(r"""^["']?(jobs|budget)["']?\s*:""", re.MULTILINE)
"""The two keys that a manifest must have, where a root's keys are written: at the start of a line."""
_FLOW_KEY = re.compile(r"""["']?(jobs|budget)["']?\s*:""")


def manifest_paths(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Replace folders by the manifests inside; each file once, in order.

    Raises:
        UsageError: a folder holds no manifest.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found |= dict.fromkeys(_inside(path) if path.is_dir() else (path,))
    return tuple(found)


def manifests_among(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Pick the manifests out of any files."""
    return tuple(path for path in paths if is_manifest(path))


def manifests_that_may_read(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Find the manifests among files that have changed, and those that may read one of the others.

    A manifest reads nothing but what lies in its own folder and below.
    """
    found: dict[Path, None] = {}
    folders: dict[Path, None] = {}
    for path in paths:
        if is_manifest(path):
            found[path] = None
        else:
            folders |= dict.fromkeys(path.parents)
    for folder in folders:
        if folder.is_dir():
            found |= dict.fromkeys(one for one in sorted(folder.iterdir()) if is_manifest(one))
    return tuple(found)


def is_one_manifest(paths: Sequence[Path]) -> bool:
    """Tell whether exactly one manifest was named, and not a folder of them."""
    return len(paths) == 1 and not paths[0].is_dir()


def _inside(folder: Path) -> Iterator[Path]:
    manifests = [path for path in sorted(folder.iterdir()) if is_manifest(path)]
    if not manifests:
        raise UsageError(f"{folder}: no manifest (*.yaml with `jobs:` and `budget:`) in this folder")
    yield from manifests


def is_manifest(path: Path) -> bool:
    """Data files, schemas and saved plans lie beside manifests; a broken manifest is still one."""
    if path.name.startswith(".") or not path.is_file():
        return False
    if path.suffix in _YAML:
        return _looks_like_yaml_manifest(path.read_text(encoding="utf-8-sig", errors="replace"))
    return path.suffix == ".json" and _looks_like_json_manifest(path.read_bytes())


def _looks_like_yaml_manifest(text: str) -> bool:
    if text.lstrip().startswith("{"):
        return _FLOW_KEY.search(text) is not None
    return _ROOT_KEY.search(text) is not None


def _looks_like_json_manifest(data: bytes) -> bool:
    try:
        root = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        text = data.decode("utf-8", errors="replace")
        return text.lstrip("\ufeff \t\r\n").startswith("{") and _FLOW_KEY.search(text) is not None
    # A saved plan has jobs as well, but as a list and without a budget.
    return isinstance(root, dict) and ("budget" in root or isinstance(root.get("jobs"), dict))
