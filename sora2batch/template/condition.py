"""What an ``if`` in a template looks at, where it is nothing but a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jinja2 import Environment, TemplateError, nodes

from sora2batch.template.template import is_template


class Condition(NamedTuple):
    """A name whose value alone decides: ``if shot.glossy``."""

    name: str
    key: str | None = None

    def __str__(self) -> str:
        return f"{self.name}.{self.key}" if self.key else self.name


def conditions_in(texts: Iterable[str]) -> frozenset[Condition]:
    """Find them in texts; one that is no template has none."""
    environment = Environment()  # noqa: S701 - nothing is rendered
    return frozenset(
        one for text in dict.fromkeys(texts) if is_template(text) for one in _in(environment, text)
    )


def _in(environment: Environment, text: str) -> Iterator[Condition]:
    try:
        tree = environment.parse(text)
    except (TemplateError, RecursionError, ValueError):
        return
    compared = {one for node in tree.find_all((nodes.Compare, nodes.Test)) for one in _read_by(node)}
    for node in tree.find_all((nodes.If, nodes.CondExpr)):
        assert isinstance(node, nodes.If | nodes.CondExpr)
        yield from (one for one in _of(node.test) if one not in compared)


def _read_by(node: nodes.Node) -> Iterator[Condition]:
    """Find what a comparison reads: who compares a value knows what it may be."""
    for part in node.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)):
        yield from _of(part)


def _of(test: nodes.Node) -> Iterator[Condition]:
    match test:
        case nodes.Not(node=part):
            yield from _of(part)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            yield from _of(left)
            yield from _of(right)
        case nodes.Name(name=name):
            yield Condition(name)
        case nodes.Getattr(node=nodes.Name(name=name), attr=key):
            yield _named(name, key)
        case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str(key))):
            yield _named(name, key)
        case _:
            pass


def _named(name: str, key: str) -> Condition:
    return Condition(key) if name == "vars" else Condition(name, key)
