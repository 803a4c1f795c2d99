"""A manifest that a program thought of -> the text of its file, made to be read in a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits
from sora2batch.manifest.emit import entry_lines, mapping_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDraft:
    """One value of an axis."""

    comments: tuple[str, ...] = ()
    """One line each, above it."""
    value: JsonObject
    """Never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisDraft:
    """The one axis of a matrix."""

    name: str
    values: tuple[ValueDraft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDraft:
    """One entry under ``jobs:``."""

    name: str
    comments: tuple[str, ...] = ()
    """One line each, above the group."""
    tool: str | None = None
    """None where the manifest's tool is meant."""
    axis: AxisDraft | None = None
    """None where there is no matrix."""
    input: JsonObject
    """Texts are templates, as in any manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDraft:
    """What a manifest is to say."""

    comments: tuple[str, ...] = ()
    """One line each, at the top."""
    name: str
    tool: str | None = None
    """None where each group has its own."""
    max_credits: Credits
    budget_comment: str
    """One line, beside the number."""
    default_input: JsonObject
    run: JsonObject
    """As a manifest has it; empty for the defaults."""
    groups: tuple[GroupDraft, ...]
    """In order; never empty, names unique."""


def write_manifest(draft: ManifestDraft) -> str:
    """Write a manifest's text: LF at the end of each line, an empty line between sections."""
    return "\n\n".join("\n".join(section) for section in _sections(draft)) + "\n"


def _sections(draft: ManifestDraft) -> Iterator[list[str]]:
    yield [*map(_comment, draft.comments), *_head(draft)]
    yield ["budget:", f"  max_credits: {draft.max_credits} {_comment(draft.budget_comment)}"]
    if draft.default_input:
        yield entry_lines("defaults", {"input": draft.default_input})
    if draft.run:
        yield entry_lines("run", draft.run)
    first, *others = draft.groups
    yield ["jobs:", *_group(first)]
    for group in others:
        yield _group(group)


def _head(draft: ManifestDraft) -> list[str]:
    tool = [] if draft.tool is None else entry_lines("tool", draft.tool)
    return ["version: 1", *entry_lines("name", draft.name), *tool]


def _group(group: GroupDraft) -> list[str]:
    comments = [f"  {_comment(line)}" for line in group.comments]
    tool: JsonObject = {} if group.tool is None else {"tool": group.tool}
    if group.axis is None:
        return [*comments, *entry_lines(group.name, tool | {"input": group.input}, indent=2)]
    head = entry_lines(group.name, {}, indent=2)[0].removesuffix(" {}")
    matrix = ["    matrix:", *_axis(group.axis)]
    return [*comments, head, *_entries(tool), *matrix, *_entries({"input": group.input})]


def _entries(body: JsonObject) -> list[str]:
    return mapping_lines(body, indent=4)


def _axis(axis: AxisDraft) -> Iterator[str]:
    yield entry_lines(axis.name, {}, indent=6)[0].removesuffix(" {}")
    for one in axis.values:
        yield from (f"        {_comment(line)}" for line in one.comments)
        first, *others = mapping_lines(one.value, indent=10)
        yield f"        - {first.removeprefix(' ' * 10)}"
        yield from others


def _comment(text: str) -> str:
    return f"# {text}".rstrip()
