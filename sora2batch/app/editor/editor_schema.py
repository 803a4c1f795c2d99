"""The schema of manifests for editors: their structure, and what each tool takes.

``yaml-language-server`` decides how it is built. Where a key is both merged and written it may look at the
one that does not count; it proposes values that stand under ``anyOf``, and none that stand under ``if``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sora2batch.app.editor.editor_structure import Schema, editor_structure
from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.editor_input import TEMPLATE, editor_input, tool_text
from sora2batch.catalog.tool import Tool

SCHEMA_NAME = "sora2batch.schema.json"
"""The file beside manifests by which an editor knows what may stand in them."""
SCHEMA_ID = "urn:sora2batch:manifest:1"
"""The number is that of the format, as in ``version: 1``."""
MODELINE = f"# yaml-language-server: $schema={SCHEMA_NAME}\n"
"""What an editor finds it by: among the first comments of a manifest."""

_QUIET = {"doNotSuggest": True}
"""Of a key that the structure proposes already."""
_NOTHING_MERGED: Schema = {"propertyNames": {"pattern": "^(?!<<$)"}}
"""A pattern, as to the server the beginning of a word is the word itself while it looks for proposals."""
_HAS_TOOL: Schema = {"required": ["tool"]}
_WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def editor_schema_text(catalog: Catalog) -> str:
    """Write the schema as it ships, and as it lies beside manifests."""
    return f"{_laid_out(editor_schema(catalog))}\n"


def editor_schema(catalog: Catalog) -> Schema:
    """Add to the structure of manifests what is known of tools."""
    tools = tuple(catalog.tools.values())
    schema = editor_structure()
    group = schema["properties"]["jobs"]["additionalProperties"]
    for place in (schema, group):
        del place["properties"]["tool"]["examples"]
        place["properties"]["tool"]["allOf"] = [_reference("tool")]
    schema["definitions"] |= {"tool": _names(tools), "template": TEMPLATE}
    for tool in tools:
        schema["definitions"] |= _definitions(tool)
    group["allOf"] = [{"if": _names_tool(tool.tool_type), "then": _takes(tool)} for tool in tools]
    any_tool = {"if": _HAS_TOOL, "else": _in_each_group(_HAS_TOOL)}
    schema["allOf"] = [any_tool, *map(_inherited, tools), *map(_defaults, tools), *_needed_fields(tools)]
    return {"$schema": schema.pop("$schema"), "$id": SCHEMA_ID} | schema


def _laid_out(value: Any, indent: str = "") -> str:  # noqa: ANN401 - any JSON
    """Write what fits into a line on one line: half as long as usual, and changes are seen where they are."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list):
        return line
    inner = f"{indent} "
    if isinstance(value, list):
        parts, brackets = [_laid_out(part, inner) for part in value], "[]"
    else:
        parts = [f"{json.dumps(key)}: {_laid_out(part, inner)}" for key, part in value.items()]
        brackets = "{}"
    return f"{brackets[0]}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{brackets[1]}"


def _names(tools: Sequence[Tool]) -> Schema:
    names, texts = [tool.tool_type for tool in tools], [tool_text(tool) for tool in tools]
    return {"enum": names, "enumDescriptions": texts}


def _definitions(tool: Tool) -> Schema:
    """What a tool takes as ``input``, and a group of that tool.

    Where anything is merged, the names of fields are judged, and values are proposed only.
    """
    name, fields = tool.tool_type, editor_input(tool)
    proposed = {field: _proposed(_field(tool, fields, field)) for field in tool.properties}
    return {
        f"{name}.fields": fields,
        f"{name}.input": {
            "if": _NOTHING_MERGED,
            "then": _reference(f"{name}.fields"),
            "else": fields | {"properties": proposed},
        },
        f"{name}.group": {
            "if": _NOTHING_MERGED,
            "then": _with_input({"allOf": [_reference(f"{name}.input")]}),
            "else": _with_input(_proposed(_reference(f"{name}.input"))),
        },
    }


def _field(tool: Tool, fields: Schema, name: str) -> Schema:
    """Point to a field; one whose name a reference would spell otherwise is written out."""
    is_plain = _PLAIN.fullmatch(name)
    return (
        _reference(f"{tool.tool_type}.fields/properties/{name}") if is_plain else fields["properties"][name]
    )


def _reference(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _proposed(schema: Schema) -> Schema:
    return {"anyOf": [schema, {}]}


def _with_input(schema: Schema) -> Schema:
    return {"properties": {"input": _QUIET | schema}}


def _takes(tool: Tool) -> Schema:
    return _reference(f"{tool.tool_type}.group")


def _names_tool(*names: str) -> Schema:
    """Ask for one of these tools; by a pattern, as a hover shows every ``enum`` as what is allowed."""
    return {**_HAS_TOOL, "properties": {"tool": {"type": "string", "pattern": f"^({'|'.join(names)})$"}}}


def _in_each_group(schema: Schema) -> Schema:
    return {"properties": {"jobs": {**_QUIET, "additionalProperties": schema}}}


def _inherited(tool: Tool) -> Schema:
    return {
        "if": _names_tool(tool.tool_type),
        "then": _in_each_group({"if": _HAS_TOOL, "else": _takes(tool)}),
    }


def _defaults(tool: Tool) -> Schema:
    """Hold the defaults against each tool that is used, as its groups get them."""
    no_group_names_it = {"additionalProperties": {"not": {"type": "object", **_names_tool(tool.tool_type)}}}
    every_group_names_one = {"additionalProperties": _HAS_TOOL}
    used: Schema = {
        "anyOf": [
            {"required": ["jobs"], "properties": {"jobs": _breaks(no_group_names_it)}},
            {
                "allOf": [
                    _names_tool(tool.tool_type),
                    {"properties": {"jobs": _breaks(every_group_names_one)}},
                ]
            },
        ]
    }
    judged = _with_input({"allOf": [_reference(f"{tool.tool_type}.input")]})
    return {"if": used, "then": {"properties": {"defaults": _QUIET | judged}}}


def _breaks(schema: Schema) -> Schema:
    return {"type": "object", "not": schema}


def _needed_fields(tools: Sequence[Tool]) -> Iterator[Schema]:
    """Ask each group for the fields that its tool must have, where the defaults do not have them."""
    for field in dict.fromkeys(field for tool in tools for field in tool.required):
        names = _names_tool(*(tool.tool_type for tool in tools if field in tool.required))
        given = {"required": ["input"], **_with_input({"required": [field]})}
        missing: Schema = {"properties": {"defaults": {"not": given}}}
        needed: Schema = {"if": _NOTHING_MERGED, "then": given}
        yield {"if": missing, "then": _in_each_group({"if": names, "then": needed})}
        inheriting = _in_each_group({"if": _HAS_TOOL, "else": needed})
        yield {"if": {"allOf": [missing, names]}, "then": inheriting}
