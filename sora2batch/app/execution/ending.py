"""How a run of one batch ended, for the document of ``run --json``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from sora2batch.app.batch.batch import Batch
from sora2batch.app.output.json_document import error_to_json
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import ExitCode, Sora2BatchError, gravest
from sora2batch.lockfile.entry import State
from sora2batch.plan.job_status import PENDING, Status, status_to_json
from sora2batch.run.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What ended a run before its time."""

    message: str
    hint: str | None = None
    exit_code: ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run of one batch ended."""

    batch: Batch
    exit_code: ExitCode
    reason: Reason | None = None
    """None where it went its way, even if jobs failed."""
    not_submitted: int | None = None
    """How many jobs it might still have submitted; None where it did not come so far as to know."""


def ended(batch: Batch, outcome: Outcome) -> Ending:
    """Tell how a run ended that began to carry out its plan."""
    return Ending(
        batch=batch,
        exit_code=outcome.exit_code,
        reason=_reason_of(outcome),
        not_submitted=outcome.not_submitted + outcome.room,
    )


def refused(batch: Batch, error: Sora2BatchError, status: Status | None) -> Ending:
    """Tell how a run ended that sent nothing; tasks that are open from before count as well."""
    return Ending(batch=batch, exit_code=_rank(error, status), reason=_reason(error))


def not_begun(batch: Batch, after: Ending) -> Ending:
    """Tell of a batch whose turn did not come."""
    message = f"not begun, because the run of {after.batch.manifest.path} ended"
    reason = Reason(message=message, exit_code=after.exit_code)
    return Ending(batch=batch, exit_code=after.exit_code, reason=reason)


def _reason(error: Sora2BatchError) -> Reason:
    return Reason(message=error.message, hint=error.hint, exit_code=error.exit_code)


def _rank(error: Sora2BatchError, status: Status | None) -> ExitCode:
    if error.exit_code is not ExitCode.UNREACHABLE or status is None:
        return error.exit_code
    is_open = any(one.is_open or one.state == State.IN_DOUBT for one in status.jobs)
    return gravest({error.exit_code, ExitCode.OPEN} if is_open else {error.exit_code})


def _reason_of(outcome: Outcome) -> Reason | None:
    """Pick of the reasons to stop the one that the exit code tells of, or else the gravest."""
    codes = {stop.reason.exit_code for stop in outcome.stops}
    if not codes:
        return None
    code = outcome.exit_code if outcome.exit_code in codes else gravest(codes)
    stop = next(one for one in outcome.stops if one.reason.exit_code is code)
    if stop.error is None:
        return Reason(message=stop.message, exit_code=code)
    return Reason(message=stop.error.message, hint=stop.error.hint, exit_code=code)


def ending_to_json(ending: Ending, status: Status, arguments: tuple[str, ...]) -> JsonObject:
    """Turn the end of a run into its document: its status; if need be why it ended, and the way on."""
    document = status_to_json(status, ending.batch.credit_price)
    if reason := ending.reason:
        document["error"] = error_to_json(reason.message, reason.hint, reason.exit_code)
    if _goes_on(ending.exit_code) and (_is_unfinished(status) or _lacks_store(ending.batch, status)):
        command: list[JsonValue] = ["sora2batch", "run", *arguments]
        document["resume"] = {"command": command, "lockfile": str(ending.batch.lock_path)}
    return document


def _goes_on(code: ExitCode) -> bool:
    """Tell whether the same call again is the way on, once what the error names is mended."""
    match code:
        case (
            ExitCode.BUDGET
            | ExitCode.OPEN
            | ExitCode.KEY
            | ExitCode.HELD
            | ExitCode.UNREACHABLE
            | ExitCode.INTERRUPTED
            | ExitCode.TERMINATED
        ):
            return True
        case ExitCode.DONE | ExitCode.FAILED | ExitCode.USAGE | ExitCode.PENDING:
            return False
        case _:
            assert_never(code)


def _lacks_store(batch: Batch, status: Status) -> bool:
    """Tell whether results are to go to the store that are not there."""
    entries = (one.entry for one in status.jobs if batch.stores_outputs and one.state == State.COMPLETED)
    return any(not output.stored for entry in entries if entry for output in entry.primary.outputs)


def _is_unfinished(status: Status) -> bool:
    return any(one.is_open or one.lacks_file or one.state in {PENDING, State.IN_DOUBT} for one in status.jobs)
