"""``--set 'image={{ output }}'``: what a picked job has made becomes the input of the next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.tool import Kind, Tool
from sora2batch.gallery.promotion.setting import Setting, SettingError
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.text import listed

_OUTPUT = re.compile(r"\{\{-?\s*output\s*-?\}\}")
_MADE = {Kind.IMAGE: "image", Kind.VIDEO: "video"}
_ARTICLE = {"image": "a picture", "video": "a clip", "audio": "sound"}


def takes_output(setting: Setting) -> bool:
    """Tell whether a setting names the result of each job."""
    return _OUTPUT.search(setting.text) is not None


def output_fields(settings: Iterable[Setting]) -> frozenset[str]:
    """Name the fields that are set to results."""
    return frozenset(setting.field for setting in settings if takes_output(setting))


def output_value(setting: Setting, tool: Tool, output: FileInput, made_by: Tool | None) -> JsonValue:
    """Put the result of a job where a setting names it: alone, or alone in a list of one.

    Args:
        setting: it takes an output.
        tool: that of the next job.
        output: the file.
        made_by: the tool that made it; None if the catalogue has it no longer.

    Raises:
        SettingError: no file can be there, or none of this kind.
    """
    fields = media_fields(tool.input_schema)
    kind = fields.get(setting.field)
    text = setting.text.strip().removeprefix("[").removesuffix("]").strip().strip("\"'")
    if kind is None or not _OUTPUT.fullmatch(text):
        where = f"alone in {listed(fields)}" if fields else "nowhere"
        raise SettingError(
            f"--set {setting.shown}: an output is a file; for {tool.tool_type} it can stand {where}"
        )
    made = _MADE[made_by.kind] if made_by else kind
    if made != kind:
        raise SettingError(
            f"--set {setting.shown}: {setting.field} of {tool.tool_type} takes {_ARTICLE[kind]}, "
            f"and the picks are results of another kind: {_ARTICLE[made]}"
        )
    is_list = tool.properties[setting.field].get("type") == "array"
    return [output.to_json()] if is_list else output.to_json()
