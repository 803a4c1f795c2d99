"""A text with ``{{ }}`` in it -> a value, in bounded time and space, or one sentence about why not."""

# ruff: noqa: ANN401 - a template handles values of any type
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import pairwise
from math import isfinite
from typing import Any, TypeVar

from jinja2 import TemplateError as JinjaError
from jinja2 import TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.runtime import Context

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.rule import Rule
from sora2batch.ground.slug import unified
from sora2batch.template.complaint import advice_for, comment_without_end, explain_template_error
from sora2batch.template.filter import NotTextError
from sora2batch.template.leftover import hole_in
from sora2batch.template.limit import MAX_CHARACTERS, LimitError, Meter, bounded, check_length, kind_name
from sora2batch.template.sandbox import Sandbox, not_defined
from sora2batch.template.syntax import (
    SyntaxFault,
    add_counting,
    audit,
    free_names,
    keys_of_pieces,
    keys_read,
    literal_texts,
    lone_expression,
    lone_key,
    reads_of_pieces,
)

_RESULT = "__result"
_Result = TypeVar("_Result")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Whatever Python may raise about a value that does not suit; a template is the user's text, not our code.
_UNSUITABLE = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, NameError, RuntimeError),
    *(TypeError, ValueError),
)


class TemplateError(Sora2BatchError):
    """A template that cannot be compiled or rendered; one sentence, without a place."""

    def __init__(self, rule: Rule, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.rule = rule


class UndefinedNameError(TemplateError):
    """A template uses a name that stands for nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(Rule.UNDEFINED_NAME, not_defined(name))
        self.name = name


class Form(Enum):
    """What a template makes."""

    TEXT = "text"
    """Always a text."""
    VALUE = "value"
    """A text, but a lone ``{{ expression }}`` keeps its type."""


class Template:
    """A compiled template."""

    def __init__(self, tree: nodes.Template, sandbox: Sandbox, form: Form) -> None:
        self.names = free_names(tree)
        """What it may read: names, and ``vars.x`` where it reads one key of ``vars``."""
        self.pieces = reads_of_pieces(tree) if form is Form.TEXT else ()
        """What each piece that ``render_pieces`` gives may read, as far as that can be told apart."""
        self.keys, self.piece_keys = keys_read(tree), keys_of_pieces(tree)
        """Of what it, and each piece, reads: the names of which only certain keys count, with these."""
        self.lone_key = lone_key(tree)
        """The name and the key of a template that is ``{{ name.key }}`` and nothing else."""
        self._tree = tree
        self.has_hole = False
        """Whether a rendering so far left a hole, or pieces that may meet and leave one."""
        self._expressions = tuple(at for at, reads in enumerate(self.pieces) if reads)
        self._is_dense = any(one and next_one for one, next_one in pairwise(self.pieces))
        self._has_loop = tree.find(nodes.For) is not None
        add_counting(tree, sandbox)
        self._root: Callable[[Context], Iterator[str]] = sandbox.from_string(tree).root_render_func
        self._sandbox = sandbox
        self._form = form
        # One context serves all renderings: making it costs as much as a short rendering.
        self._context = Context(sandbox, {}, None, {})

    @property
    def literals(self) -> tuple[str, ...]:
        """The texts that are written in it, in its expressions too."""
        return literal_texts(self._tree)

    def render(self, scope: dict[str, Any]) -> JsonValue:
        """Render with the names in ``scope``, which holds ``GLOBALS`` too.

        Raises:
            TemplateError: it cannot be rendered.
        """
        if self._form is Form.TEXT:
            return "".join(self.render_pieces(scope))
        return self._guarded(scope, self._value)

    def render_pieces(self, scope: dict[str, Any]) -> list[str]:
        """Render a text, but leave it in pieces, as many as ``pieces`` if that is not empty.

        Raises:
            TemplateError: it cannot be rendered.
        """
        return self._guarded(scope, self._text)

    def _guarded(self, scope: dict[str, Any], work: Callable[[Context], _Result]) -> _Result:
        try:
            self._sandbox.meter.start()
            context = self._context
            context.parent = scope
            context.vars.clear()
            return work(context)
        except UndefinedError as error:
            raise self._missing(str(error), scope) from None
        except NotTextError as error:
            raise TemplateError(Rule.TEMPLATE_FAILED, str(error), hint=advice_for(error.value)) from None
        except RecursionError:
            raise TemplateError(Rule.TEMPLATE_LIMIT, "is nested too deeply") from None
        except (LimitError, JinjaError, *_UNSUITABLE) as error:
            rule = Rule.TEMPLATE_LIMIT if isinstance(error, LimitError) else Rule.TEMPLATE_FAILED
            raise TemplateError(rule, f"cannot be rendered: {_one_line(error)}") from None

    def _text(self, context: Context) -> list[str]:
        pieces = list(_counted(self._root(context)) if self._has_loop else self._root(context))
        check_length(sum(map(len, pieces)))
        text = _checked_text("".join(pieces))
        if not self.has_hole:
            self.has_hole = self._leaves_hole(pieces, text)
        return pieces

    def _leaves_hole(self, pieces: list[str], text: str) -> bool:
        """Look closely only where an expression gave nothing, or a blank at one of its ends."""
        if len(pieces) != len(self.pieces):
            return ("  " in text or "" in pieces) and hole_in(pieces) is not None
        for at in self._expressions:
            piece = pieces[at]
            if not piece or piece[0] == " " or piece[-1] == " ":
                # Pieces are remembered: two padded ones may meet in a cell in which neither is rendered.
                return self._is_dense or hole_in(pieces) is not None
        return False

    def _value(self, context: Context) -> JsonValue:
        for _ in self._root(context):
            pass
        return self._plain(context.vars[_RESULT])

    def _plain(self, value: Any) -> JsonValue:
        """Copy what an expression gave as plain JSON."""
        match value:
            case str():
                return _checked_text(bounded(value))
            case None | bool():
                return value
            case int():
                return int(bounded(value))
            case float() if isfinite(value):
                return value
            case list() | tuple() | range():
                return [self._plain(item) for item in self._sandbox.meter.each(value)]
            case dict():
                return {_key(key): self._plain(item) for key, item in self._sandbox.meter.each(value.items())}
            case Undefined():
                str(value)
                raise TypeError('the expression gives nothing here: its "if" needs an "else"')
            case _:
                raise TypeError(f"the expression gives {kind_name(value)}")

    def _missing(self, message: str, scope: dict[str, Any]) -> TemplateError:
        for name in self.names:
            if name not in scope and not_defined(name) == message:
                return UndefinedNameError(name)
        return TemplateError(Rule.UNDEFINED_NAME, message)


class Compiler:
    """Compiles texts, each one once; all that they do is counted together."""

    def __init__(self, *, total_steps: int) -> None:
        self.meter = Meter(total=total_steps)
        self._sandbox = Sandbox(self.meter)
        self._known: dict[tuple[str, Form], Template] = {}

    def compile(self, text: str, form: Form = Form.VALUE) -> Template:
        """Compile a text in which ``is_template`` is true.

        Raises:
            TemplateError: it is no template, or uses what is not available.
        """
        known = self._known.get((text, form))
        if known is None:
            known = self._known[text, form] = self._compile(text, form)
        return known

    def _compile(self, text: str, form: Form) -> Template:
        try:
            return self._translate(text, form)
        except TemplateSyntaxError as error:
            message, hint = explain_template_error(error.message or "", text)
            raise _not_understood(_place(error.lineno, text) + _one_line(message), hint) from None
        except SyntaxFault as fault:
            raise _not_understood(_place(fault.line, text) + _one_line(fault.message), fault.hint) from None
        except (RecursionError, MemoryError, SyntaxError):
            raise TemplateError(Rule.TEMPLATE_LIMIT, "the template is nested too deeply") from None
        except (JinjaError, *_UNSUITABLE) as error:
            raise _not_understood(_one_line(error)) from None

    def _translate(self, text: str, form: Form) -> Template:
        if len(text) > MAX_CHARACTERS:
            raise ValueError(f"it has more than {MAX_CHARACTERS:,} characters")
        expression = lone_expression(self._parse(text.strip())) if form is Form.VALUE else None
        if expression is None:
            form = Form.TEXT
            tree = self._parse(text)
        else:
            target = nodes.Name(_RESULT, "store", lineno=1)
            tree = nodes.Template([nodes.Assign(target, expression, lineno=1)], lineno=1)
        audit(tree, self._sandbox)
        return Template(tree, self._sandbox, form)

    def _parse(self, text: str) -> nodes.Template:
        if text.endswith("{#"):  # Jinja would drop it silently
            message, hint = comment_without_end()
            raise SyntaxFault(message, text.count("\n") + 1, hint=hint)
        try:
            return _with_standard_names(self._sandbox.parse(text))
        except ValueError as error:  # Python does not read numbers of thousands of digits
            raise SyntaxFault("a number in the template is too large", 1) from error


def _with_standard_names(tree: nodes.Template) -> nodes.Template:
    """Write every name as manifests must: to Python the forms of a letter are one, to Jinja they are not."""
    for node in tree.find_all(nodes.Name):
        node.name = unified(node.name)
    return tree


def is_template(text: str) -> bool:
    """Tell whether a text needs rendering at all."""
    return "{{" in text or "{%" in text or "{#" in text


def check_text(text: str) -> str:
    """Hand on a text that is used as it is.

    Raises:
        TemplateError: it is too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise TemplateError(Rule.TOO_LONG, f"is a text of more than {MAX_CHARACTERS:,} characters")
    return text


def _counted(pieces: Iterator[str]) -> Iterator[str]:
    """Stop a loop as soon as its text is too long."""
    length = 0
    for piece in pieces:
        length += len(piece)
        check_length(length)
        yield piece


def _checked_text(text: str) -> str:
    if not text.isascii() and _SURROGATE.search(text):
        raise ValueError("half of a surrogate pair is no text")
    return text


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{kind_name(key)} cannot be a key of a mapping")
    return _checked_text(bounded(key))


def _not_understood(why: str, hint: str | None = None) -> TemplateError:
    return TemplateError(Rule.TEMPLATE_SYNTAX, f"the template cannot be understood: {why}", hint=hint)


def _place(line: int, text: str) -> str:
    return f"line {line} of the text: " if "\n" in text.strip() else ""


def _one_line(error: object) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:200]}..."
