"""Texts of a manifest that YAML has cut short, where a text is what was meant."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from sora2batch.catalog.tool import Tool
from sora2batch.ground.problem import DataPath, Problem
from sora2batch.manifest.cut import Cut
from sora2batch.manifest.model import Manifest

_NO_TEXTS = frozenset({"version", "tool", "budget", "run"})


def cut_notices(manifest: Manifest, tools: Iterable[Tool]) -> Iterator[str]:
    """Tell of the texts that end before a comment which looks like a part of them."""
    choices = {name for tool in tools for name, schema in tool.properties.items() if "enum" in schema}
    for cut in manifest.document.cuts:
        if not _is_word(cut.path, choices):
            yield notice_of(cut, file=manifest.file)


def notice_of(cut: Cut, *, file: str) -> str:
    """Word one, with its place."""
    return str(Problem(file=file, position=cut.position, path=cut.path, message=cut.message))


def _is_word(path: DataPath, choices: Container[object]) -> bool:
    """Tell whether only certain words can stand here, so that a wrong one is told anyhow."""
    match path:
        case ("jobs", _, "tool" | "sample", *_):
            return True
        case ("jobs", _, "input", field) | ("defaults", "input", field):
            return field in choices
        case (first, *_):
            return first in _NO_TEXTS
        case _:
            return False
