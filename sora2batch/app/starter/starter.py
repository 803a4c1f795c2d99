"""The manifest that ``sora2batch init`` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from sora2batch.app.editor.editor_schema import MODELINE
from sora2batch.app.starter.picture_folder import PictureFolder
from sora2batch.catalog.field_info import FieldInfo, fields_of
from sora2batch.catalog.input_check import fill_defaults
from sora2batch.catalog.price import price_of
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.text import counted

DEFAULT_TOOL = "veo3-text-to-video-fast-api"
"""A model that lives, needs no picture and has one price."""
PICTURE_TOOL = "kling3-image-to-video-api"
"""A model that lives and starts from a picture, whose shape it keeps."""

_SUBJECTS = (("fox", "a red fox"), ("owl", "an owl"))
_CAMERAS = ("slow pan", "dolly in", "crane up")
_SAMPLE = "https://samples.sora2batch.example"
_PLAIN = re.compile(r"[A-Za-z][\w-]*|\d+:\d+|\d+[A-Z]")
_USUAL_SECONDS = 5
_HEAD = f"""\
{MODELINE}#
# A batch. `sora2batch plan FILE` shows every job and the price and sends nothing;
# `sora2batch run FILE --simulate` tries it for nothing; `sora2batch run FILE` does it, after it has asked.
version: 1

# The tool of every group; `sora2batch tools` lists them with their prices.
"""
_MIDDLE = """
# Words for your templates, written {{ brand }}.
vars:
  brand: Aurora
"""
_RUN = """
run:
  concurrency: 8 # tasks open at once
  poll_interval: 10 # seconds

output: # below out/NAME, unless "dir" names another folder
  filename: "{{ job.key }}" # .mp4, .jpg and so on follow by themselves
"""

_STORE = """
# A real run needs a bucket of your own, where the API fetches the pictures; `plan` and `--simulate` do not.
# store:
#   url: s3://bucket/prefix # also R2 and MinIO; or gs://, az://; or SORA2BATCH_STORE
#   outputs: true # clips go there, too
"""


def manifest_for(tool: Tool, pictures: PictureFolder | None = None) -> str:
    """Write a manifest for a tool: one job for each picture, if there are any.

    Else two subjects, and three camera moves where it takes a prompt.

    Raises:
        PriceError: the catalogue cannot compute what a job would cost.
    """
    has_prompt = "prompt" in tool.properties
    jobs = pictures.number if pictures else len(_SUBJECTS) * (len(_CAMERAS) if has_prompt else 1)
    budget = jobs * price_of(tool, _example(tool))
    lines = [f"tool: {tool.tool_type} # credits: {tool.price_text}" + (f"  {tool.mark}" if tool.mark else "")]
    lines += ["", "# Required: without a budget nothing is spent."]
    lines += ["budget:", f"  max_credits: {budget} # {counted(jobs, 'job')}"]
    body = (
        _HEAD,
        _text(lines),
        _MIDDLE,
        _text(_defaults(tool, is_shaped=pictures is not None and _follows_shape(tool))),
        _text(_picture_jobs(tool, pictures) if pictures else _jobs(tool)),
        _RUN,
        _STORE if pictures else "",
    )
    return "".join(body)


def _text(lines: Iterator[str] | list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _example(tool: Tool) -> JsonObject:
    """Make a request that costs what each of the jobs does."""
    return fill_defaults(tool, {field.name: _value(tool, field) for field in _constant(tool)})


def _constant(tool: Tool) -> list[FieldInfo]:
    """Pick the fields that every job sends alike."""
    told = [field for field in fields_of(tool) if field.required or field.default is not None]
    return [field for field in told if field.name != "prompt" and not _is_media(tool, field)]


def _is_media(tool: Tool, field: FieldInfo) -> bool:
    schema = tool.properties[field.name]
    return schema.get("format") == "http-url" or schema.get("type") == "array"


def _pictures(tool: Tool) -> list[str]:
    return [field.name for field in fields_of(tool) if field.required and _is_media(tool, field)]


def _value(tool: Tool, field: FieldInfo) -> JsonValue:
    if field.default is not None:
        return field.default
    schema = tool.properties[field.name]
    match schema:
        case {"enum": [first, *_]}:
            return first
        case {"type": "integer" | "number"}:
            low, high = schema.get("minimum", 1), schema.get("maximum", _USUAL_SECONDS)
            assert isinstance(low, int | float)
            assert isinstance(high, int | float)
            return min(max(_USUAL_SECONDS, low), high)
        case {"type": "boolean"}:
            return False
        case _:
            return "text"


def _follows_shape(tool: Tool) -> bool:
    """Tell whether the shape of a result can follow that of a picture."""
    ratios = tool.properties.get("aspect_ratio", {}).get("enum")
    return isinstance(ratios, list) and {"16:9", "9:16"} <= {str(ratio) for ratio in ratios}


def _defaults(tool: Tool, *, is_shaped: bool) -> Iterator[str]:
    fields = [field for field in _constant(tool) if not (is_shaped and field.name == "aspect_ratio")]
    if not fields:
        return
    yield ""
    yield "# What every job sends unless its group says otherwise."
    yield "defaults:"
    yield "  input:"
    for field in fields:
        yield f"    {field.name}: {_scalar(_value(tool, field))} # {field.allowed}"


def _jobs(tool: Tool) -> Iterator[str]:
    has_prompt, pictures = "prompt" in tool.properties, _pictures(tool)
    size = "2 x 3 = 6 jobs, hero/fox/slow-pan and so on" if has_prompt else "2 jobs, hero/fox and hero/owl"
    yield ""
    yield "jobs:"
    yield f"  hero: # a group; its matrix makes {size}"
    yield "    matrix:"
    yield "      subject:"
    for name, noun in _SUBJECTS:
        picture = f", image: {_SAMPLE}/{name}.jpg" if pictures else ""
        yield f"        - {{ id: {name}, noun: {noun}{picture} }}"
    if has_prompt:
        yield f"      camera: [{', '.join(_CAMERAS)}]"
        yield "      # exclude:"
        yield "      #   - { subject: owl, camera: crane up }"
    yield "    # repeat: 2 # two takes of every job"
    yield "    input:"
    if has_prompt:
        yield '      prompt: "{{ camera | capitalize }} on {{ subject.noun }} at dusk. {{ brand }} campaign."'
    for name in pictures:
        is_list = tool.properties[name].get("type") == "array"
        value = '["{{ subject.image }}"]' if is_list else '"{{ subject.image }}"'
        yield f"      {name}: {value} # replace the sample pictures: SJinn must be able to fetch yours"


def _picture_jobs(tool: Tool, pictures: PictureFolder) -> Iterator[str]:
    size = counted(pictures.number, "job")
    yield ""
    yield "jobs:"
    yield f"  hero: # a group; its matrix makes {size}, one for each picture"
    yield "    matrix:"
    yield f"      picture: {{ from: {_quoted(pictures.pattern)} }} # path, name, stem, suffix, width, height"
    if "prompt" in tool.properties:
        yield f"      # camera: [{', '.join(_CAMERAS)}] # for the prompt: {{{{ camera }}}}"
    if pictures.copies:
        yield "      exclude: # the same again, byte for byte"
        for path in pictures.copies:
            yield f"        - picture: {{ path: {_quoted(path)} }}"
    yield "    # repeat: 2 # two takes of every job"
    yield "    input:"
    if "prompt" in tool.properties:
        yield '      prompt: "A slow, steady camera move. {{ brand }} campaign." # say what happens'
    for name in _pictures(tool) or [name for name in tool.properties if name == "image_list"]:
        is_list = tool.properties[name].get("type") == "array"
        yield f"      {name}: " + ('["{{ picture.path }}"]' if is_list else '"{{ picture.path }}"')
    if _follows_shape(tool):
        yield "      aspect_ratio: \"{{ '9:16' if picture.height > picture.width else '16:9' }}\""


def _quoted(text: str) -> str:
    is_plain = re.fullmatch(r"[\w./*-]+", text) and not text.startswith("*")
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def _scalar(value: JsonValue) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
