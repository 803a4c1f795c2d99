"""Jobs that start from results, laid out as a matrix: one value of an axis for each result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from sora2batch.gallery.promotion.make import Cell, PromotedJob, Promotion
from sora2batch.gallery.promotion.origin import Origin
from sora2batch.gallery.promotion.relocation import Relocation
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.manifest.write import AxisDraft, GroupDraft, ValueDraft
from sora2batch.template.literal import literal

_ID, _PATH = "id", "path"
_ALWAYS_APART = "prompt"
"""What people change for one of them is with each, also where all are the same."""


def matrices_of(
    promotion: Promotion, line_of: Callable[[Origin], str], relocation: Relocation
) -> Iterator[GroupDraft]:
    """Lay out the cells of each matrix.

    Args:
        promotion: its jobs are cells, those of one matrix together.
        line_of: words where a job comes from.
        relocation: how files are named from the new manifest.
    """
    tools = {job.tool_type for job in promotion.jobs}
    for (group, axis), found in groupby(promotion.jobs, lambda job: _cell_of(job)[:2]):
        jobs = [*found]
        inputs = [relocation.rewritten(job.input) for job in jobs]
        apart = [field for field in inputs[0] if _is_apart(field, inputs, promotion)]
        names = {field: f"{field}_" if field in {_ID, _PATH} else field for field in apart}
        values = [
            ValueDraft(
                comments=tuple(map(line_of, job.origins)),
                value={_ID: _cell_of(job).id}
                | {names[field]: input[field] for field in apart}
                | {_PATH: _path_in(input, promotion)},
            )
            for job, input in zip(jobs, inputs, strict=True)
        ]
        yield GroupDraft(
            name=group,
            tool=None if len(tools) == 1 else jobs[0].tool_type,
            axis=AxisDraft(name=axis, values=tuple(values)),
            input={
                field: _template(field, value, axis, names, promotion) for field, value in inputs[0].items()
            },
        )


def _cell_of(job: PromotedJob) -> Cell:
    assert job.cell is not None
    return job.cell


def _is_apart(field: str, inputs: Sequence[JsonObject], promotion: Promotion) -> bool:
    if field in promotion.output_fields:
        return False
    first = inputs[0][field]
    # To Python, 1 is True.
    is_common = all(type(input[field]) is type(first) and input[field] == first for input in inputs)
    return field == _ALWAYS_APART or not is_common


def _path_in(input: JsonObject, promotion: Promotion) -> JsonValue:
    value = next(input[field] for field in sorted(promotion.output_fields))
    return value[0] if isinstance(value, list) else value


def _template(
    field: str, value: JsonValue, axis: str, names: dict[str, str], promotion: Promotion
) -> JsonValue:
    if field in promotion.output_fields:
        path = f"{{{{ {axis}.{_PATH} }}}}"
        return [path] if isinstance(value, list) else path
    return f"{{{{ {axis}.{names[field]} }}}}" if field in names else literal(value)
