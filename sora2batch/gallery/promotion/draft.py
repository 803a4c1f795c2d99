"""A promotion laid out as a manifest: what is common at the top, and above each job where it comes from."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sora2batch.gallery.promotion.choose import Choice
from sora2batch.gallery.promotion.make import PromotedJob, Promotion
from sora2batch.gallery.promotion.matrix_draft import matrices_of
from sora2batch.gallery.promotion.origin import Origin
from sora2batch.gallery.promotion.relocation import HERE, Relocation
from sora2batch.gallery.promotion.setting import Setting
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.text import one_line
from sora2batch.manifest.name import name_of_file
from sora2batch.manifest.write import GroupDraft, ManifestDraft
from sora2batch.template.literal import literal

_ROOM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a promotion came about; all file names are bare, so that the text is the same on every machine."""

    manifest: str
    picks: str
    target: str
    """The file that is written."""
    choice: Choice
    settings: Sequence[Setting]
    simulated: bool
    tool_type: str | None = None
    """The tool that was given for every job."""


def draft_of(
    promotion: Promotion, provenance: Provenance, run: JsonObject, relocation: Relocation = HERE
) -> ManifestDraft:
    """Lay out a promotion as a manifest whose budget fits exactly.

    Args:
        promotion: the jobs.
        provenance: for the comments.
        run: the options of the manifest that was promoted from.
        relocation: how files are named from the new manifest; it has been checked.
    """
    tools = {job.tool_type for job in promotion.jobs}
    is_matrix = bool(promotion.output_fields)
    common = _common_input(promotion.jobs) if len(promotion.jobs) > 1 and not is_matrix else {}
    line_of = partial(_origin_line, provenance=provenance)
    return ManifestDraft(
        comments=tuple(_header(provenance)),
        name=_name_of(provenance.target),
        tool=promotion.jobs[0].tool_type if len(tools) == 1 else None,
        max_credits=promotion.credits,
        budget_comment=promotion.arithmetic,
        default_input=_literal(relocation.rewritten(common)),
        run=run,
        groups=(
            tuple(matrices_of(promotion, line_of, relocation))
            if is_matrix
            else tuple(_one_by_one(promotion, common, line_of, relocation))
        ),
    )


def _one_by_one(
    promotion: Promotion, common: JsonObject, line_of: Callable[[Origin], str], relocation: Relocation
) -> Iterator[GroupDraft]:
    """Lay out each job as a group of its own, without what all have in common."""
    tools = {job.tool_type for job in promotion.jobs}
    for job in promotion.jobs:
        own = {field: job.input[field] for field in job.input if field not in common}
        yield GroupDraft(
            name=job.name,
            comments=tuple(map(line_of, job.origins)),
            tool=None if len(tools) == 1 else job.tool_type,
            input=_literal(relocation.rewritten(own)),
        )


def _header(provenance: Provenance) -> Iterator[str]:
    simulated = " (simulated)" if provenance.simulated else ""
    source = f"{_line(provenance.manifest)}{simulated} by {_line(provenance.picks)}"
    yield f"Promoted from {source}: {provenance.choice.count} ({provenance.choice.reason})."
    if provenance.tool_type:
        yield f"Tool of every job: {_line(provenance.tool_type)}."
    if provenance.settings:
        yield f"Set for every job: {', '.join(setting.shown for setting in provenance.settings)}."
    flag = " --simulate" if provenance.simulated else ""
    yield f"The price: sora2batch plan {shlex.quote(_line(provenance.target))}{flag}"


def _name_of(target: str) -> str:
    """Name the batch after its file, as near as a name may come to it."""
    stem = target.rpartition(".")[0]
    return name_of_file(stem)


def _common_input(jobs: Iterable[PromotedJob]) -> JsonObject:
    """Find the fields that every job sends with the same value."""
    first, *others = (job.input for job in jobs)
    return {
        field: value
        for field, value in first.items()
        if all(field in other and _same(other[field], value) for other in others)
    }


def _same(one: object, other: object) -> bool:
    # To Python, 1 is True.
    return type(one) is type(other) and one == other


def _literal(fields: JsonObject) -> JsonObject:
    return {field: literal(value) for field, value in fields.items()}


def _origin_line(origin: Origin, provenance: Provenance) -> str:
    """Word where a job comes from: ``from hero/fox, rated 5/5, task 550e8400: love the light``."""
    rating = [] if origin.pick.rating is None else [f"rated {origin.pick.rating}/5"]
    kind = "simulated task" if provenance.simulated else "task"
    task = [] if origin.task_id is None else [f"{kind} {_line(origin.task_id)}"]
    told = ", ".join([f"from {_line(origin.key)}", *rating, *task])
    note = _line(origin.pick.note)
    return f"{told}: {note}" if note else told


def _line(text: str) -> str:
    return one_line(text, _ROOM).strip()
