"""Manifests of any size: matrices, lists and rows. Another shape is another argument."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from math import prod

NAMES = ("subject", "camera", "light", "mood", "place", "lens")
_WORDS = ("a red fox", "dolly in", "at dawn", "calm", "in the snow", "35 mm")
TOOL = "sora2-text-to-video-api"
_HEAD = f"""\
version: 1
tool: {TOOL}
budget: {{max_credits: 1000000000}}
"""


def matrix_manifest(axes: Sequence[int], *, run: str = "{}") -> str:
    """Write a manifest whose one group has so many values on each axis."""
    lines = [
        f"      {name}: [{', '.join(_values(at, size))}]" for at, (name, size) in enumerate(_named(axes))
    ]
    template = ", ".join(f"{{{{ {name} }}}}" for name, _ in _named(axes))
    return f"""\
{_HEAD}vars: {{brand: Aurora}}
defaults: {{input: {{mode: std, duration: 10, aspect_ratio: 16:9}}}}
jobs:
  hero:
    matrix:
{chr(10).join(lines)}
    input: {{prompt: "{template}. {{{{ brand }}}} campaign."}}
run: {run}
"""


def stage_manifest(jobs: int, *, stages: int) -> str:
    """Write a manifest of pictures; with two stages the half of its jobs are clips that begin with them."""
    axes = axes_of(jobs // stages)
    lines = [
        f"      {name}: [{', '.join(_values(at, size))}]" for at, (name, size) in enumerate(_named(axes))
    ]
    template = ", ".join(f"{{{{ {name} }}}}" for name, _ in _named(axes))
    clips = """\
  clips:
    tool: sora2-image-to-video-api
    matrix: {still: {from_jobs: stills}}
    input: {prompt: "Slow pan over {{ still.subject }}, {{ still.camera }}", image: "{{ still.output }}"}
"""
    return f"""\
{_HEAD}jobs:
  stills:
    tool: nano-banana-image-api
    matrix:
{chr(10).join(lines)}
    input: {{prompt: "{template}"}}
{clips if stages > 1 else ""}"""


def file_manifest(data_file: str) -> str:
    """Write a manifest with one job for each row of a data file."""
    return f"""\
{_HEAD}jobs:
  shots:
    matrix:
      shot: {{from: {data_file}}}
    input:
      prompt: "{{{{ shot.prompt }}}}, {{{{ shot.camera }}}}"
      mode: "{{{{ shot.mode }}}}"
      duration: "{{{{ shot.seconds | int }}}}"
"""


def list_manifest(count: int) -> str:
    """Write a manifest that lists every value of its one axis in YAML."""
    lines = "".join(_yaml_item(row) for row in rows(count))
    return f"""\
{_HEAD}jobs:
  shots:
    matrix:
      shot:
{lines}    input:
      prompt: "{{{{ shot.prompt }}}}, {{{{ shot.camera }}}}"
      mode: "{{{{ shot.mode }}}}"
      duration: "{{{{ shot.seconds | int }}}}"
"""


def rows(count: int) -> Iterator[dict[str, str]]:
    """Make the rows of a list: what one would write in a table."""
    for number in range(count):
        yield {
            "id": f"shot-{number:05}",
            "prompt": f"Shot {number}: a lighthouse on a cliff, waves below, gulls above, {number * 7}",
            "camera": ("slow pan", "dolly in", "crane up")[number % 3],
            "mode": ("std", "pro")[number % 2],
            "seconds": ("10", "15")[number % 2],
        }


def csv_text(count: int) -> str:
    """Write the rows as CSV."""
    table = list(rows(count))
    lines = [",".join(table[0]), *(",".join(f'"{value}"' for value in row.values()) for row in table)]
    return "\n".join(lines) + "\n"


def jsonl_text(count: int) -> str:
    """Write the rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows(count))


def json_text(count: int) -> str:
    """Write the rows as one JSON list."""
    return json.dumps(list(rows(count)), indent=1)


def yaml_text(count: int) -> str:
    """Write the rows as a YAML list."""
    return "".join(_yaml_item(row, indent=0) for row in rows(count))


def axes_of(jobs: int) -> tuple[int, ...]:
    """Choose three axes that make so many jobs, nearly alike in length."""
    sizes = []
    left = jobs
    for axis in (3, 2):
        wanted = round(left ** (1 / axis))
        size = next(size for size in range(wanted, 0, -1) if left % size == 0)
        sizes.append(size)
        left //= size
    return (*sizes, left)


def size_of(axes: Sequence[int]) -> int:
    """Count the jobs of a matrix."""
    return prod(axes)


def _named(axes: Sequence[int]) -> list[tuple[str, int]]:
    return list(zip(NAMES, axes, strict=False))


def _values(axis: int, size: int) -> Iterator[str]:
    return (f"{_WORDS[axis]} {number}" for number in range(size))


def _yaml_item(row: dict[str, str], indent: int = 8) -> str:
    space = " " * indent
    head, *rest = (f'{name}: "{value}"\n' for name, value in row.items())
    return f"{space}- {head}" + "".join(f"{space}  {line}" for line in rest)
