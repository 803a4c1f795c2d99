"""A manifest that a program thought of -> the text of its file, made to be read in a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Credits
from sora2batch.manifest.emit import entry_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDraft:
    """One entry under ``jobs:``, without a matrix."""

    name: str
    comments: tuple[str, ...] = ()
    """One line each, above the group."""
    tool: str | None = None
    """None where the manifest's tool is meant."""
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
    tool: JsonObject = {} if group.tool is None else {"tool": group.tool}
    body: JsonObject = tool | {"input": group.input}
    return [*(f"  {_comment(line)}" for line in group.comments), *entry_lines(group.name, body, indent=2)]


def _comment(text: str) -> str:
    return f"# {text}".rstrip()
