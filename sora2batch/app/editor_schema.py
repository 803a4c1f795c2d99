"""The schema of manifests for editors: their structure, and what each tool takes.

``yaml-language-server`` decides how it is built. To it a merge key ``<<`` is a key like any other, and where
a key is both merged and written it may look at the one that does not count; it proposes values that stand
under ``anyOf``, and none that stand under ``if``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, TypeAlias

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.editor_input import TEMPLATE, editor_input, tool_text
from sora2batch.catalog.tool import Tool
from sora2batch.ground.schema import load_schema

SCHEMA_NAME = "sora2batch.schema.json"
"""The file beside manifests by which an editor knows what may stand in them."""
SCHEMA_ID = "urn:sora2batch:manifest:1"
"""The number is that of the format, as in ``version: 1``."""
MODELINE = f"# yaml-language-server: $schema={SCHEMA_NAME}\n"
"""What an editor finds it by: among the first comments of a manifest."""

_Schema: TypeAlias = dict[str, Any]

_MERGE_KEY = "<<"
_NOTHING_MERGED: _Schema = {"propertyNames": {"pattern": "^(?!<<$)"}}
"""A pattern, as to the server the beginning of a word is the word itself while it looks for proposals."""
_HAS_TOOL: _Schema = {"required": ["tool"]}
_WIDTH = 120


def editor_schema_text(catalog: Catalog) -> str:
    """Write the schema as it ships, and as it lies beside manifests."""
    return f"{_laid_out(editor_schema(catalog))}\n"


def editor_schema(catalog: Catalog) -> _Schema:
    """Add to the structure of manifests what is known of tools."""
    tools = tuple(catalog.tools.values())
    schema: _Schema = deepcopy(load_schema("manifest-structure.schema.json"))
    _allow_merge_keys(schema)
    group = schema["properties"]["jobs"]["additionalProperties"]
    for place in (schema, group):
        del place["properties"]["tool"]["examples"]
        place["properties"]["tool"]["allOf"] = [_reference("tool")]
    schema["definitions"] |= {"tool": _names(tools), "template": TEMPLATE}
    for tool in tools:
        schema["definitions"] |= _definitions(tool)
    group["allOf"] = [{"if": _names_tool(tool.tool_type), "then": _takes(tool)} for tool in tools]
    schema["allOf"] = [*map(_inherited, tools), *map(_defaults, tools), *_needed_fields(tools)]
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


def _allow_merge_keys(part: Any) -> None:  # noqa: ANN401 - whatever stands in a schema
    """Let the merge key through wherever names are judged."""
    match part:
        case {"propertyNames": {**names}}:
            told = {key: names.pop(key) for key in ("title", "description", "examples") if key in names}
            part["propertyNames"] = told | {"if": {"const": _MERGE_KEY}, "else": names}
        case _:
            pass
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in inside:
        _allow_merge_keys(one)


def _names(tools: Sequence[Tool]) -> _Schema:
    names, texts = [tool.tool_type for tool in tools], [tool_text(tool) for tool in tools]
    return {"enum": names, "enumDescriptions": texts}


def _definitions(tool: Tool) -> _Schema:
    """What a tool takes as ``input``, and a group of that tool.

    Where anything is merged, the names of fields are judged, and values are proposed only.
    """
    name, fields = tool.tool_type, editor_input(tool)
    proposed = {
        field: _proposed(_reference(f"{name}.fields/properties/{field}")) for field in tool.properties
    }
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


def _reference(name: str) -> _Schema:
    return {"$ref": f"#/definitions/{name}"}


def _proposed(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {}]}


def _with_input(schema: _Schema) -> _Schema:
    """Judge an input; that there is such a key is proposed by the structure."""
    return {"properties": {"input": {"doNotSuggest": True, **schema}}}


def _takes(tool: Tool) -> _Schema:
    return _reference(f"{tool.tool_type}.group")


def _names_tool(*names: str) -> _Schema:
    """Ask for one of these tools; by a pattern, as a hover shows every ``enum`` as what is allowed."""
    return {**_HAS_TOOL, "properties": {"tool": {"type": "string", "pattern": f"^({'|'.join(names)})$"}}}


def _in_each_group(schema: _Schema) -> _Schema:
    return {"properties": {"jobs": {"additionalProperties": schema}}}


def _inherited(tool: Tool) -> _Schema:
    return {
        "if": _names_tool(tool.tool_type),
        "then": _in_each_group({"if": _HAS_TOOL, "else": _takes(tool)}),
    }


def _defaults(tool: Tool) -> _Schema:
    """Hold the defaults against each tool that is used, as its groups get them."""
    no_group_names_it = {"additionalProperties": {"not": {"type": "object", **_names_tool(tool.tool_type)}}}
    every_group_names_one = {"additionalProperties": _HAS_TOOL}
    used: _Schema = {
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
    return {"if": used, "then": {"properties": {"defaults": judged}}}


def _breaks(schema: _Schema) -> _Schema:
    return {"type": "object", "not": schema}


def _needed_fields(tools: Sequence[Tool]) -> Iterator[_Schema]:
    """Ask each group for the fields that its tool must have, where the defaults do not have them."""
    for field in dict.fromkeys(field for tool in tools for field in tool.required):
        names = _names_tool(*(tool.tool_type for tool in tools if field in tool.required))
        given = {"required": ["input"], **_with_input({"required": [field]})}
        missing: _Schema = {"properties": {"defaults": {"not": given}}}
        needed: _Schema = {"if": _NOTHING_MERGED, "then": given}
        yield {"if": missing, "then": _in_each_group({"if": names, "then": needed})}
        inheriting = _in_each_group({"if": _HAS_TOOL, "else": needed})
        yield {"if": {"allOf": [missing, names]}, "then": inheriting}
