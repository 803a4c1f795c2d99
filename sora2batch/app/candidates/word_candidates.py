"""The words that may be meant: terms, ids of rules, names of tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sora2batch.app.candidates.candidate import Candidate
from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.app.terms import terms
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.rule import Rule


def words_to_ask_for(begun: str) -> Iterator[Candidate]:
    """Find terms, and the ids of rules."""
    yield from (Candidate(term.name) for term in terms() if term.name.startswith(begun))
    yield from rules(begun)


def rules(begun: str) -> Iterator[Candidate]:
    """Find the ids of rules, each with what it is about."""
    return (Candidate(rule.value, rule.meaning) for rule in Rule if rule.value.startswith(begun))


def tools(_words: Sequence[str], tools_dirs: Sequence[Path], begun: str) -> Iterator[Candidate]:
    """Find tools, the user's own among them, each with its price, and whether its model has ended."""
    catalog = load_catalog(tools_dirs_for(Path(), tools_dirs))
    found = (tool for tool in catalog.tools.values() if tool.tool_type.startswith(begun))
    return (Candidate(tool.tool_type, f"{tool.price_text}  {tool.mark}".rstrip()) for tool in found)
