"""A value of the manifest with templates somewhere inside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias, assert_never

from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.problem import DataPath, Fault
from sora2batch.template.template import Compiler, Form, Template, TemplateError, check_text, is_template


class Constant(NamedTuple):
    """A value without any template; used as it is."""

    value: JsonValue


class Leaf(NamedTuple):
    """A text that is a template."""

    template: Template
    path: DataPath
    """Where it stands in the manifest."""


class Items(NamedTuple):
    """A list with a template in it."""

    parts: tuple[Part, ...]


class Fields(NamedTuple):
    """A mapping with a template in one of its values; keys are never rendered."""

    parts: tuple[tuple[str, Part], ...]


Part: TypeAlias = Constant | Leaf | Items | Fields


class PlacedError(Sora2BatchError):
    """A template that cannot be compiled or rendered, and where it stands in the manifest."""

    def __init__(self, path: DataPath, error: TemplateError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.path = path
        self.error = error

    @property
    def fault(self) -> Fault:
        """Tell what is wrong as everything else is told."""
        return Fault(path=self.path, rule=self.error.rule, message=self.message, hint=self.hint)


def compile_value(value: JsonValue, path: DataPath, compiler: Compiler, form: Form = Form.VALUE) -> Part:
    """Compile the templates in a value.

    Raises:
        PlacedError: for the first one that cannot be compiled.
    """
    match value:
        case str():
            return _compile_text(value, path, compiler, form)
        case list():
            items = tuple(compile_value(item, (*path, at), compiler) for at, item in enumerate(value))
            return Constant(value=value) if all(map(_is_constant, items)) else Items(parts=items)
        case dict():
            fields = tuple((key, compile_value(item, (*path, key), compiler)) for key, item in value.items())
            constant = all(_is_constant(part) for _, part in fields)
            return Constant(value=value) if constant else Fields(parts=fields)
        case _:
            return Constant(value=value)


def _compile_text(text: str, path: DataPath, compiler: Compiler, form: Form) -> Part:
    try:
        if is_template(text):
            return Leaf(template=compiler.compile(text, form), path=path)
        return Constant(value=check_text(text))
    except TemplateError as error:
        raise PlacedError(path, error) from error


def _is_constant(part: Part) -> bool:
    return isinstance(part, Constant)


def leaves_of(part: Part) -> Iterator[Leaf]:
    """Find every template in a value."""
    match part:
        case Constant():
            return
        case Leaf():
            yield part
        case Items():
            for item in part.parts:
                yield from leaves_of(item)
        case Fields():
            for _, item in part.parts:
                yield from leaves_of(item)
        case _:
            assert_never(part)


def names_of(part: Part) -> frozenset[str]:
    """Find every name that the templates in a value may read."""
    match part:
        case Constant():
            return frozenset()
        case Leaf():
            return part.template.names
        case Items():
            return frozenset().union(*(names_of(item) for item in part.parts))
        case Fields():
            return frozenset().union(*(names_of(item) for _, item in part.parts))
        case _:
            assert_never(part)


def render_part(part: Part, scope: dict[str, Any]) -> JsonValue:
    """Render every template in a value.

    Raises:
        PlacedError: for the first one that cannot be rendered.
    """
    match part:
        case Leaf():
            try:
                return part.template.render(scope)
            except TemplateError as error:
                raise PlacedError(part.path, error) from error
        case Constant():
            return part.value
        case Items():
            return [render_part(item, scope) for item in part.parts]
        case Fields():
            return {key: render_part(item, scope) for key, item in part.parts}
        case _:
            assert_never(part)
