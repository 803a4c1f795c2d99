"""What words may be meant, for shells that complete them: terms, ids of rules."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.app.candidates import Candidate
from sora2batch.app.terms import terms
from sora2batch.ground.rule import Rule


def words_to_ask_for(begun: str) -> Iterator[Candidate]:
    """Find terms, and the ids of rules."""
    for term in terms():
        if term.name.startswith(begun):
            yield Candidate(term.name)
    for rule in Rule:
        if rule.value.startswith(begun):
            yield Candidate(rule.value, rule.meaning)
