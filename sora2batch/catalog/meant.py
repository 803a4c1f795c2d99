"""Which tools somebody may mean by a name that no tool has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sora2batch.catalog.tool import Tool
from sora2batch.ground.suggest import close_matches
from sora2batch.ground.text import either, listed

_MOST_SHOWN = 4
_COMMON = frozenset({"api", "fast", "image", "pro", "text", "to", "video"} | set("0123456789"))
"""Words that say nothing about which model is meant."""
_NEARLY_THE_SAME = 0.9
_NEAR_NAME = 0.6
_NEAR_MODEL = 0.7
"""How much alike two words are before one is taken for the other: a model's name is short."""


def tools_meant(name: str, tools: Mapping[str, Tool]) -> tuple[str, ...]:
    """Find the tools whose names begin with a word, hold it, or are spelled nearly so; ended ones last."""
    compact = _compact(name)
    if not compact or name in tools:
        return ()
    found = (
        [one for one in tools if _compact(one).startswith(compact)]
        or [one for one in tools if compact in _compact(one)]
        or [one for one in tools if _words(name) <= _words(one) | {_compact(one)}]
        or _spelled_alike(name, tools, _NEARLY_THE_SAME)
        or [one for one in tools if any(one.startswith(word) for word in _words(name) - _COMMON)]
        or _spelled_alike(name, tools, _NEAR_NAME)
        or _model_alike(name, tools)
    )
    return tuple(sorted(found, key=lambda one: not tools[one].is_lasting))


def hint_of(meant: Iterable[str]) -> str | None:
    """Word a hint such as ``did you mean "a" or "b"?``; None where nothing is meant."""
    names = list(meant)
    if not names:
        return None
    shown = [listed([name]) for name in names[:_MOST_SHOWN]]
    if (more := len(names) - _MOST_SHOWN) > 0:
        return f"did you mean {', '.join(shown)} or one of {more} more?"
    return f"did you mean {either(shown)}?"


def _spelled_alike(name: str, tools: Mapping[str, Tool], nearness: float) -> list[str]:
    by_look = {_compact(one): one for one in tools}
    return [by_look[near] for near in close_matches(_compact(name), by_look, nearness)]


def _model_alike(name: str, tools: Mapping[str, Tool]) -> list[str]:
    models = dict.fromkeys(one.partition("-")[0] for one in tools)
    word = _compact(re.split(r"[\W_]", name.strip())[0])
    model = close_matches(word, models, _NEAR_MODEL)
    return [one for one in tools if model and one.partition("-")[0] == model[0]]


def _compact(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", name.lower()))
