"""The catalogue: the shipped tools, and those of the user's own folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import NamedTuple

from sora2batch.catalog.input_check import fill_defaults
from sora2batch.catalog.meant import hint_of, tools_meant
from sora2batch.catalog.price import PriceError, price_of
from sora2batch.catalog.tool import Availability, Tool, UnknownPrice
from sora2batch.catalog.tool_file import ToolFileError, ToolFileReader
from sora2batch.catalog.url import in_a_line
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits
from sora2batch.ground.plainfile import read_plain_file, reason
from sora2batch.ground.problem import Fault, format_path
from sora2batch.ground.schema import schema_dir
from sora2batch.ground.text import listed, visible

_PROBLEMS_SHOWN = 20


class CatalogError(Sora2BatchError):
    """One or more tool files cannot be used."""

    def __init__(self, reasons: Sequence[str]) -> None:
        shown, rest = reasons[:_PROBLEMS_SHOWN], len(reasons) - _PROBLEMS_SHOWN
        more = [f"and {rest} more"] if rest > 0 else []
        super().__init__("\n".join([*shown, *more]), hint="tool files are described in tool.schema.json")
        self.reasons = tuple(reasons)
        """``FILE: what is wrong``, in the order of reading."""


class UnknownToolError(Sora2BatchError):
    """A tool that is not in the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalog:
    """Every tool that can be named in a manifest."""

    tools: Mapping[str, Tool]
    """By tool_type, sorted."""

    def get(self, tool_type: str) -> Tool:
        """Look a tool up.

        Raises:
            UnknownToolError: there is none of this name; the message lists those that are.
        """
        tool = self.tools.get(tool_type)
        if tool is None:
            message = f'there is no tool "{visible(tool_type)}"; there are {listed(self.tools)}'
            raise UnknownToolError(message, hint=hint_of(tools_meant(tool_type, self.tools)))
        return tool

    def price_or_none(self, tool_type: str, input: JsonObject) -> Credits | None:
        """Compute what a request costs whose defaults are filled in; None where that is not known."""
        tool = self.tools.get(tool_type)
        try:
            return price_of(tool, input) if tool else None
        except PriceError:
            return None

    def nearest_live(self, tool: Tool) -> Tool | None:
        """Find the active tool that could stand in for a retired one; None if there is none.

        Of the same kind; of a model that has not ended, if there is one; with the most words of its id in
        common (the first, the gone model, counts least); then the cheapest with its defaults, then by name.
        """
        candidates = [other for other in self.tools.values() if _could_replace(tool, other)]
        return min(candidates, key=lambda other: _distance(tool, other), default=None)


def load_catalog(directories: Sequence[Path] = ()) -> Catalog:
    """Read the shipped tools, then each folder in turn; a file overrides an earlier one of the same name.

    Raises:
        CatalogError: a folder or a file cannot be used; the message names each, and why.
    """
    reader = ToolFileReader()
    folders = (schema_dir() / "tools", *directories)
    results = [result for folder in folders for result in _read_folder(reader, folder)]
    refusals = [result for result in results if isinstance(result, _Refusal)]
    if refusals:
        raise CatalogError(
            [f"{refusal.path}: {reason}" for refusal in refusals for reason in refusal.reasons]
        )
    tools = {result.tool_type: result for result in results if isinstance(result, Tool)}
    return Catalog(tools=dict(sorted(tools.items())))


class _Refusal(NamedTuple):
    """A folder or file that cannot be used; a value, so that one does not hide the next."""

    path: Path
    reasons: tuple[str, ...]


def _read_folder(reader: ToolFileReader, folder: Path) -> Iterator[Tool | _Refusal]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        yield _Refusal(folder, (reason(error),))
        return
    for path in paths:
        # A copy of the schema may lie beside the files, for an editor's sake.
        if path.suffix == ".json" and not path.name.endswith(".schema.json") and not path.is_dir():
            yield _read_file(reader, path)


def _read_file(reader: ToolFileReader, path: Path) -> Tool | _Refusal:
    try:
        return reader.read(read_plain_file(path), tool_type=path.stem)
    except OSError as error:
        return _Refusal(path, (reason(error),))
    except ToolFileError as error:
        return _Refusal(path, tuple(map(_reason, error.faults)))


def _reason(fault: Fault) -> str:
    return in_a_line(f"{format_path(fault.path)}: {fault.message}" if fault.path else fault.message)


def _could_replace(tool: Tool, other: Tool) -> bool:
    same = other.kind is tool.kind and other.tool_type != tool.tool_type
    return same and other.availability is Availability.ACTIVE and not isinstance(other.price, UnknownPrice)


def _distance(tool: Tool, other: Tool) -> tuple[bool, int, bool, float, str]:
    model, *purpose = tool.tool_type.split("-")
    words = other.tool_type.split("-")
    shared = len(set(purpose) & set(words[1:]))
    return not other.is_lasting, -shared, words[0] != model, _default_price(other), other.tool_type


def _default_price(tool: Tool) -> float:
    """Price a request that names nothing; infinite where the price hangs on a field without a default."""
    try:
        return price_of(tool, fill_defaults(tool, {}))
    except PriceError:
        return inf
