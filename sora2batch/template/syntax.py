"""What a template may be made of, and the calls added to it that count what it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain, groupby
from math import isfinite

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.template.limit import MAX_BITS
from sora2batch.template.sandbox import CONCAT_FILTER, LOOP_FILTER, WEIGH_FILTER, Sandbox

_STATEMENTS = (nodes.Template, nodes.Output, nodes.For, nodes.If, nodes.Assign, nodes.With)
_EXPRESSIONS = (
    *(nodes.Add, nodes.And, nodes.Compare, nodes.Concat, nodes.CondExpr, nodes.Const, nodes.Dict, nodes.Div),
    *(
        nodes.Filter,
        nodes.FloorDiv,
        nodes.Getattr,
        nodes.Getitem,
        nodes.Keyword,
        nodes.List,
        nodes.Mod,
        nodes.Mul,
    ),
    *(
        nodes.Name,
        nodes.Neg,
        nodes.Not,
        nodes.Operand,
        nodes.Or,
        nodes.Pair,
        nodes.Pos,
        nodes.Pow,
        nodes.Slice,
    ),
    *(nodes.Sub, nodes.TemplateData, nodes.Test, nodes.Tuple, nodes.Call),
)
_ALLOWED = frozenset({*_STATEMENTS, *_EXPRESSIONS})
_NODES_A_STEP = 4
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Block: "block",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from ... import",
    nodes.Extends: "extends",
    nodes.FilterBlock: "filter",
    nodes.AssignBlock: "set without =",
    nodes.Scope: "autoescape",
    nodes.NSRef: "set with a dot",
}


class SyntaxFault(Exception):  # noqa: N818 - TemplateSyntaxError is Jinja's
    """A template that uses what is not available."""

    def __init__(self, message: str, line: int, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


def audit(tree: nodes.Template, sandbox: Sandbox) -> None:
    """Refuse every statement, filter, test and constant that is not on the list.

    Raises:
        SyntaxFault: for the first one.
    """
    for node in _all_nodes(tree):
        if type(node) not in _ALLOWED:
            raise _not_available(node)
        match node:
            case nodes.For(recursive=True):
                raise SyntaxFault('"for ... recursive" is not available in templates here', node.lineno)
            case nodes.Name(name="self"):
                raise SyntaxFault('"self" is not available in templates here', node.lineno)
            case nodes.Filter():
                _check_name("filter", node.name, sandbox.filters, node.lineno)
            case nodes.Test():
                _check_name("test", node.name, sandbox.tests, node.lineno)
            case nodes.Const(value=int() | float()):
                _check_number(node)


def _all_nodes(tree: nodes.Node) -> Iterator[nodes.Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.iter_child_nodes())


def _not_available(node: nodes.Node) -> SyntaxFault:
    name = next(
        (name for kind, name in _REFUSED.items() if isinstance(node, kind)), type(node).__name__.lower()
    )
    return SyntaxFault(
        f'"{name}" is not available in templates here',
        node.lineno,
        hint="there are {{ ... }}, if, for, with and set name = value",
    )


def _check_name(kind: str, name: str, known: Collection[str], line: int) -> None:
    if name in known and not name.startswith("<"):
        return
    names = sorted(word for word in known if word.isidentifier())
    near = did_you_mean(name, names)
    raise SyntaxFault(f'there is no {kind} "{name}"', line, hint=near or f"there are {listed(names)}")


def _check_number(node: nodes.Const) -> None:
    value = node.value
    too_large = value.bit_length() > MAX_BITS if isinstance(value, int) else not isfinite(value)
    if too_large:
        raise SyntaxFault("a number in the template is too large", node.lineno)


class _Counting(NodeTransformer):
    """Lets loops, comparisons, slices and ``~`` go through filters that count and bound them."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's naming
        cost = 1 + sum(1 for _ in _all_nodes(node)) // _NODES_A_STEP
        self.generic_visit(node)
        node.iter = _filtered(node.iter, LOOP_FILTER, nodes.Const(cost, lineno=node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), CONCAT_FILTER)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _filtered(node.expr, WEIGH_FILTER)
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, WEIGH_FILTER)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _filtered(node.node, WEIGH_FILTER)
        return node


def _filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def add_counting(tree: nodes.Template, sandbox: Sandbox) -> None:
    """Change a template so that everything it does is counted by the sandbox."""
    _Counting().visit(tree)
    tree.set_environment(sandbox)


def reads_of_pieces(tree: nodes.Template) -> tuple[frozenset[str], ...]:
    """Find what each piece of a text may read, where it is a plain row of texts and expressions.

    Shape: in the order in which Jinja's code yields the pieces: texts side by side are one. Empty where
    statements make what is around them depend on each other.
    """
    match tree.body:
        case [nodes.Output(nodes=parts)]:
            runs = groupby(parts, key=lambda part: isinstance(part, nodes.TemplateData))
            return tuple(chain.from_iterable(_reads_of_run(list(run), is_text) for is_text, run in runs))
        case _:
            return ()


def _reads_of_run(run: list[nodes.Expr], is_text: bool) -> list[frozenset[str]]:  # noqa: FBT001 - groupby's
    return [frozenset()] if is_text else [free_names(part) for part in run]


def keys_of_pieces(tree: nodes.Template) -> tuple[Mapping[str, frozenset[str]], ...]:
    """Find what each piece reads by keys alone; see ``reads_of_pieces`` and ``keys_read``."""
    match tree.body:
        case [nodes.Output(nodes=parts)]:
            runs = groupby(parts, key=lambda part: isinstance(part, nodes.TemplateData))
            return tuple(chain.from_iterable([{}] if text else map(keys_read, run) for text, run in runs))
        case _:
            return ()


def keys_read(tree: nodes.Node) -> Mapping[str, frozenset[str]]:
    """Find the names of which only certain keys can be read, with these: ``x.a`` and ``x["b"]``."""
    keys: dict[str, set[str]] = {}
    whole: dict[str, int] = {}
    for node in _all_nodes(tree):
        if read := _key_of_name(node):
            keys.setdefault(read[0], set()).add(read[1])
            whole[read[0]] = whole.get(read[0], 0) - 1
        elif isinstance(node, nodes.Name):
            whole[node.name] = whole.get(node.name, 0) + 1
    return {name: frozenset(found) for name, found in keys.items() if not whole[name]}


def lone_key(tree: nodes.Template) -> tuple[str, str] | None:
    """Tell the name and the key where an expression that is assigned reads just that: ``x.a``."""
    match tree.body:
        case [nodes.Assign(node=nodes.Expr() as expression)]:
            return _key_of_name(expression)
        case _:
            return None


def free_names(tree: nodes.Node) -> frozenset[str]:
    """Find the names a template may read from outside; ``vars.x`` where it reads one key of ``vars``.

    Shape: a superset of what it does read, since a name may be set on one path only.
    """
    names: set[str] = set()
    for node in _all_nodes(tree):
        key = _key_of_vars(node)
        if key is not None:
            names.add(f"vars.{key}")
        elif isinstance(node, nodes.Name) and node.ctx == "load" and node.name != "vars":
            names.add(node.name)
    whole = sum(isinstance(node, nodes.Name) and node.name == "vars" for node in _all_nodes(tree))
    keyed = sum(_key_of_vars(node) is not None for node in _all_nodes(tree))
    return frozenset(names | ({"vars"} if whole > keyed else set()))


def literal_texts(tree: nodes.Template) -> tuple[str, ...]:
    """Find the texts that are written in a template, between its expressions and in them."""
    texts: list[str] = []
    for node in _all_nodes(tree):
        match node:
            case nodes.TemplateData(data=str(text)) | nodes.Const(value=str(text)):
                texts.append(text)
            case _:
                pass
    return tuple(texts)


def _key_of_vars(node: nodes.Node) -> str | None:
    read = _key_of_name(node)
    return read[1] if read and read[0] == "vars" else None


def _key_of_name(node: nodes.Node) -> tuple[str, str] | None:
    match node:
        case nodes.Getattr(node=nodes.Name(name=str(name)), attr=key):
            return name, str(key)
        case nodes.Getitem(node=nodes.Name(name=str(name)), arg=nodes.Const(value=str(key))):
            return name, key
        case _:
            return None


def lone_expression(tree: nodes.Template) -> nodes.Expr | None:
    """Tell the expression of a template that is nothing but one ``{{ expression }}``."""
    match tree.body:
        case [nodes.Output(nodes=[nodes.Expr() as expression])] if not isinstance(
            expression, nodes.TemplateData
        ):
            return expression
        case _:
            return None
