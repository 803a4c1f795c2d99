"""A setting as a value: its name, where it may be written, how it is read; which word of several counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from sora2batch.app.config.setting_variable import variable_of
from sora2batch.ground.errors import UsageError

_T = TypeVar("_T")


class Layer(StrEnum):
    """Where a setting can be written, the nearest first."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    MANIFEST = "manifest"
    PROJECT = "project"
    """``[tool.sora2batch]`` in a ``pyproject.toml``."""
    USER = "user"
    """The user's own ``config.toml``."""
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A setting as somebody wrote it."""

    layer: Layer
    value: object
    """A text from the environment; of a file what TOML or YAML makes of it; of a flag what it means."""
    find: Callable[[], str]
    """Tells where it stands; of a file that is looked up only when somebody asks."""
    folder: Path = field(default_factory=Path)
    """From which its relative paths are seen."""

    @property
    def origin(self) -> str:
        """Such as ``--concurrency``, ``SORA2BATCH_API_URL`` or ``pyproject.toml:12:1``."""
        return self.find()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[_T]):
    """What can be set: its name, where it may be written, and how it is read."""

    name: str
    """As it stands in files: ``run.concurrency``; where the manifest has it, by the same name there."""
    meaning: str
    """One sentence, for those who look it up."""
    read: Callable[[Written], _T]
    """Raises a ``ValueError`` with what is wrong, to stand behind the name, and what to write."""
    default: _T
    layers: tuple[Layer, ...]
    """Where it may be written."""
    flag: str = ""
    unset: str = ""
    """What the default means, where that is no value."""
    refusals: Mapping[Layer, str] = field(default_factory=dict)
    """Why it must not stand in some files."""
    is_limit: bool = False
    """Whether the lowest of several words counts, and not the nearest."""

    @property
    def variable(self) -> str:
        """The variable of the environment; empty where it is not read from there."""
        return variable_of(self.name) if Layer.ENVIRONMENT in self.layers else ""


class Found(NamedTuple, Generic[_T]):
    """The value of a setting, and where it comes from."""

    value: _T
    layer: Layer
    find: Callable[[], str]
    """Tells where it stands."""
    others: tuple[Written, ...] = ()
    """What was written elsewhere and does not count, the nearest first."""

    @property
    def origin(self) -> str:
        """Where it comes from: ``SORA2BATCH_API_URL``, ``pyproject.toml:12:1``, ``default``."""
        return self.find()


def resolve(setting: Setting[_T], written: Iterable[Written]) -> Found[_T]:
    """Decide what a setting is: the word of the nearest layer, or the default.

    Args:
        setting: which.
        written: everything that was written of it, in any order.

    Raises:
        UsageError: a word that may count cannot be meant.
    """
    order = list(Layer)
    words = sorted(written, key=lambda one: order.index(one.layer))
    if not words:
        return Found(setting.default, Layer.DEFAULT, lambda: Layer.DEFAULT.value)
    values: list[Any] = [value_of(setting, one) for one in (words if setting.is_limit else words[:1])]
    lowest = min(range(len(values)), key=lambda index: values[index])
    value, word = values[lowest], words[lowest]
    others = tuple(one for one in words if one is not word)
    return Found(value, word.layer, word.find, others)


def value_of(setting: Setting[_T], word: Written) -> _T:
    """Read one word.

    Raises:
        UsageError: it cannot be meant; says where it stands and what to write.
    """
    try:
        return setting.read(word)
    except ValueError as error:
        told, hint = error.args
        raise UsageError(f"{word.origin}: {setting.name} {told}", hint=hint) from None
