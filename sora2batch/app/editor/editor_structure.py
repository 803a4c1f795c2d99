"""The structure of manifests, without any tool, told so that editors show it well.

To ``yaml-language-server`` a merge key ``<<`` is a key like any other; it proposes an example that is a
mapping as ``[object Object]``, and a key whose name is free under the title of the rule for names.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeAlias

from sora2batch.ground.rule import Rule
from sora2batch.ground.schema import load_schema
from sora2batch.manifest.emit import mapping_lines

Schema: TypeAlias = dict[str, Any]

_MERGE_KEY = "<<"


def editor_structure() -> Schema:
    """Make a structure that may be changed and added to."""
    schema: Schema = deepcopy(load_schema("manifest-structure.schema.json"))
    _adapt(schema, schema["definitions"])
    rules = schema["definitions"]["lint_rule"]
    meanings = {rule.value: rule.meaning for rule in Rule}
    rules["enumDescriptions"] = [meanings[name] for name in rules["enum"]]
    return schema


def _adapt(part: Any, definitions: Schema) -> None:  # noqa: ANN401 - whatever stands in a schema
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in tuple(inside):
        _adapt(one, definitions)
    if isinstance(part, dict):
        _show_example(part)
        _name_names(part, definitions)


def _show_example(part: Schema) -> None:
    """Show a mapping as YAML; leave out what the allowed values show already."""
    match part:
        case {"examples": [dict() as first, *_], "description": str(told)}:
            lines = "\n".join(mapping_lines(first))
            part["markdownDescription"] = f"{told}\n\nExample:\n\n```yaml\n{lines}\n```"
        case {"enum": _} | {"const": _} | {"oneOf": _}:
            pass
        case _:
            return
    part.pop("examples", None)


def _name_names(part: Schema, definitions: Schema) -> None:
    """Let the merge key through, and say what a name is that the user gives."""
    names = part.get("propertyNames")
    if isinstance(names, dict):
        meant = definitions[names["$ref"].rpartition("/")[2]] if "$ref" in names else names
        told = {key: value for key, value in (meant | names).items() if key in ("title", "description")}
        part["propertyNames"] = told | {"if": {"const": _MERGE_KEY}, "else": names}
