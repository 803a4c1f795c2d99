"""A status for a spreadsheet: `status --csv`, and with --ledger what was charged for nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.discover import is_one_manifest
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.snapshot import status_of
from sora2batch.app.output.output import Printer
from sora2batch.app.status.status_ledger import look_up_claims
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.text import one_line, without_secrets
from sora2batch.lockfile.entry import Attempt
from sora2batch.plan.job_status import JobStatus
from sora2batch.reconcile.claim import Claim

_Row = Mapping[str, object]

_ROOM = 4000
_MARKS_OF_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones, too
_LATER_FORMULA = re.compile(r"(?<=;)(?=\s*[=+\-@＝＋－＠])")  # noqa: RUF001 - as above
"""Half of Europe's spreadsheets begin a new cell at each semicolon of a file with commas."""
_FIRST = ("manifest", "key", "group")


class _ClaimRow(NamedTuple):
    """A task that came to nothing; its fields are the columns, also where there is no row."""

    manifest: str
    key: str
    state: str
    tool: str
    task_id: str | None
    credits: int
    cost_credits: int | None
    returned_credits: int | None
    submitted_at: str | None
    finished_at: str | None
    create_time: str | None
    error: str | None


def print_status_csv(
    printer: Printer, *, manifests: Sequence[Path], simulated: bool, tools_dirs: Sequence[Path]
) -> None:
    """Print a line for every job, with a heading.

    Raises:
        Sora2BatchError: a manifest or a lockfile cannot be read.
    """
    batches = loader_for(tools_dirs, simulated=simulated).load_all(manifests)
    rows = [row for batch in batches for row in _jobs(batch)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    _print(names, rows, printer, is_one=is_one_manifest(manifests))


def print_claims_csv(printer: Printer, *, manifests: Sequence[Path], tools_dirs: Sequence[Path]) -> None:
    """Print a line for every task that came to nothing, as the ledger has it.

    Raises:
        Sora2BatchError: as for its list.
    """
    found = look_up_claims(printer, manifests=manifests, tools_dirs=tools_dirs)
    rows = [_claim_row(one.batch, claim)._asdict() for one in found for claim in one.claims]
    _print(_ClaimRow._fields, rows, printer, is_one=is_one_manifest(manifests))


def _jobs(batch: Batch) -> Iterator[_Row]:
    price = batch.credit_price
    for one in status_of(batch).jobs:
        yield {"manifest": str(batch.manifest.path), **_job_row(one, price)}


def _job_row(one: JobStatus, price: CreditPrice | None) -> _Row:
    attempt = one.entry.primary if one.entry else None
    output = next(iter(attempt.outputs), None) if attempt else None
    return {
        "key": one.job.key,
        "group": one.job.group,
        **{f"axis.{name}": label for name, label in one.job.labels},
        "take": one.job.take,
        "tool": one.job.tool_type,
        "state": one.state,
        "credits": one.credits,
        **_money(one.credits, price),
        "task_id": attempt.task_id if attempt else None,
        "submitted_at": attempt.submitted_at if attempt else None,
        "finished_at": attempt.finished_at if attempt else None,
        "seconds": _seconds(attempt),
        "path": output.path if output else None,
        "url": without_secrets(output.url).partition("?")[0] if output and output.url else None,
        "error": attempt.error.message if attempt and attempt.error else None,
        "look": ", ".join(f"{name}: {told}" for name, told in output.look) if output else None,
    }


def _money(credits: int, price: CreditPrice | None) -> _Row:
    """Write the money as an exact number: a spreadsheet rounds its sums itself."""
    return {f"money_{price.currency.lower()}": f"{price.amount * Decimal(credits):f}"} if price else {}


def _seconds(attempt: Attempt | None) -> int | None:
    if attempt is None or attempt.submitted is None or attempt.finished is None:
        return None
    try:
        return round((attempt.finished - attempt.submitted).total_seconds())
    except OverflowError:
        return None


def _claim_row(batch: Batch, claim: Claim) -> _ClaimRow:
    attempt, task = claim.attempt, claim.task
    return _ClaimRow(
        manifest=str(batch.manifest.path),
        key=claim.entry.key,
        state=attempt.state.value,
        tool=claim.entry.tool_type,
        task_id=attempt.task_id,
        credits=attempt.credits,
        cost_credits=task.charged if task else None,
        returned_credits=task.returned if task else None,
        submitted_at=attempt.submitted_at,
        finished_at=attempt.finished_at,
        create_time=to_timestamp(task.create_time) if task else None,
        error=attempt.error.message if attempt.error else None,
    )


def _print(names: Sequence[str], rows: Iterable[_Row], printer: Printer, *, is_one: bool) -> None:
    """Print RFC 4180 in UTF-8; axes of all manifests and groups are columns, empty where a job has none."""
    axes = [name for name in names if name.startswith("axis.")]
    first = [name for name in _FIRST if name in names and not (is_one and name == "manifest")]
    rest = [name for name in names if name not in {*_FIRST, *axes}]
    columns = [*first, *axes, *rest]
    lines = ([_cell(row.get(name)) for name in columns] for row in rows)
    printer.output_file(_encoded([[_cell(name) for name in columns], *lines]))


def _encoded(lines: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> str:
    """Write a cell that no spreadsheet takes for a formula, on one line."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = _LATER_FORMULA.sub("'", one_line(value, _ROOM))
    is_formula = value.startswith(_MARKS_OF_A_FORMULA) or text.lstrip().startswith(_MARKS_OF_A_FORMULA)
    return f"'{text}" if is_formula else text
