"""What a word means that a user met."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from sora2batch.app.output.output import Printer
from sora2batch.app.terms import Term, terms
from sora2batch.ground.errors import UsageError
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import visible

_WIDTH = 78


def show_terms(printer: Printer, *, words: Sequence[str]) -> None:
    """Print what a term or the id of a rule means; without a word, print every term.

    Raises:
        UsageError: there is no such word.
    """
    if not words:
        printer.output("\n".join(["Words to ask for:", "", *_wrapped(", ".join(t.name for t in terms()))]))
        return
    asked = " ".join(words)
    known = _by_word()
    if found := known.get(_folded(asked)):
        printer.output("\n\n".join("\n".join(_lines(term)) for term in found))
    elif rule := Rule.meant_by(asked):
        lead = f"`sora2batch rules {rule.value}` shows an example of wrong and right."
        printer.output("\n".join([*_wrapped(f"[{rule.value}]: {rule.meaning}"), lead]))
    else:
        hint = did_you_mean(_folded(asked), [*known, *(one.value for one in Rule)])
        near = hint or "`sora2batch help` lists all words"
        raise UsageError(f'"{visible(asked)}" is neither a command nor a word of ours', hint=near)


def _by_word() -> Mapping[str, Sequence[Term]]:
    """Find terms by their names and by what else they are looked for; a name wins."""
    others: dict[str, list[Term]] = {}
    for term in terms():
        for word in term.also:
            others.setdefault(_folded(word), []).append(term)
    return {**others, **{_folded(term.name): [term] for term in terms()}}


def _folded(word: str) -> str:
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())


def _lines(term: Term) -> Iterator[str]:
    first, *rows = term.text.split("\n")
    yield from _wrapped(f"{term.name}: {first}")
    yield from rows
    if term.see:
        yield ""
        yield f"See also: {', '.join(term.see)}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_on_hyphens=False)
