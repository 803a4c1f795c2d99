"""Plans in a workflow of GitHub Actions: `plan --format github`.

Annotations go to standard output; the summary of the job and the outputs of the step to the files that
GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name, where there are such.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from sora2batch.app.batch.findings import findings_of
from sora2batch.app.output.failure import Failure, failure_of
from sora2batch.app.output.output import Printer
from sora2batch.app.output.workflow_command import annotation, problem_annotation
from sora2batch.app.planning.plan import PlanArgs, plan_and_show
from sora2batch.app.planning.planning import Planned
from sora2batch.app.pull_request import comment_of, failure_comment
from sora2batch.ground.credit_price import credits_in_words
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError, word_of
from sora2batch.ground.rule import Level
from sora2batch.ground.text import counted
from sora2batch.plan.action import Action
from sora2batch.plan.alike import Alike, alike, changed_items, planned_items, waiting_items
from sora2batch.plan.render_text import money_line, totals_line

_MOST = 10
"""GitHub shows no more of a kind for a step."""
_MOST_ERRORS = 50


def plan_for_github(args: PlanArgs, printer: Printer) -> ExitCode:
    """Annotate manifests with what a run would do and cost, and with what is wrong.

    Raises:
        Sora2BatchError: there is nothing to plan; that is annotated, too.
    """

    def show(plans: Sequence[Planned], refusals: Sequence[Sora2BatchError]) -> None:
        _append("GITHUB_OUTPUT", _assignments(_outputs(plans, refusals)))
        if told := args.worth_telling(plans, refusals):
            printer.output_lines(_annotations(told, refusals))
            _append("GITHUB_STEP_SUMMARY", comment_of(told, args.manifests))

    try:
        return plan_and_show(args, printer, show)
    except Sora2BatchError as error:
        failure = failure_of(error)
        printer.output_lines(_complaints(failure))
        _append("GITHUB_OUTPUT", _assignments({"changed": True, "error": word_of(failure.exit_code)}))
        _append("GITHUB_STEP_SUMMARY", failure_comment(failure, args.manifests))
        raise


def _annotations(plans: Sequence[Planned], refusals: Iterable[Sora2BatchError]) -> Iterator[str]:
    yield from (_refusal(failure_of(error)) for error in refusals)
    yield from islice((line for one in plans for line in _warnings(one)), _MOST)
    yield from islice((*map(_total, plans), *_changes(plans)), _MOST)


def _refusal(failure: Failure) -> str:
    message = f"{failure.message}; {failure.hint}" if failure.hint else failure.message
    return annotation(Level.ERROR, message, title=word_of(failure.exit_code))


def _warnings(planned: Planned) -> Iterator[str]:
    """Say what one should know before paying: slips at their places, then what is about the whole."""
    batch = planned.batch
    yield from map(problem_annotation, findings_of(batch))
    document = batch.manifest.document
    if planned.comparison and planned.comparison.budgets:
        before, after = planned.comparison.budgets
        message = f"the budget is {after:,} credits; at {planned.comparison.ref} it was {before:,}"
        yield _of_budget(planned, Level.WARNING, message)
    for notice in planned.plan.notices:
        yield annotation(Level.WARNING, notice, title=f"Plan for {planned.plan.manifest}", file=document.file)


def _total(planned: Planned) -> str:
    plan = planned.plan
    return _of_budget(
        planned, Level.NOTICE, f"{totals_line(plan)}; {money_line(plan, planned.outlook.credit_price)}"
    )


def _of_budget(planned: Planned, level: Level, message: str) -> str:
    document = planned.batch.manifest.document
    title, place = f"Plan for {planned.plan.manifest}", document.key_position(("budget", "max_credits"))
    return annotation(level, message, title=title, file=document.file, place=place)


def _changes(plans: Iterable[Planned]) -> Iterator[str]:
    """Say of each group what is new, dear ones first, as few are shown."""
    found = [(one, group) for one in plans for group in _groups(one)]
    for one, group in sorted(found, key=lambda pair: -abs(pair[1].credits)):
        document = one.batch.manifest.document
        price = one.outlook.credit_price
        yield annotation(
            Level.NOTICE,
            f"{counted(group.jobs, 'job')}, {credits_in_words(group.credits, price)}"
            + (f": {group.first.why}" if group.first.why else ""),
            title=f"{group.verb} {group.group}",
            file=document.file,
            place=document.key_position(("jobs", group.group)),
        )


def _groups(planned: Planned) -> Sequence[Alike]:
    if planned.comparison:
        return alike(changed_items(planned.comparison))
    plan = planned.plan
    return alike((*planned_items(plan.with_action(Action.SUBMIT)), *waiting_items(plan.waiting)))


def _complaints(failure: Failure) -> Iterator[str]:
    if not failure.problems:
        yield _refusal(failure)
    yield from map(problem_annotation, failure.problems[:_MOST_ERRORS])


def _outputs(plans: Sequence[Planned], refusals: Sequence[Sora2BatchError]) -> Mapping[str, int | str]:
    """Name the sums as the JSON of a plan does; of several plans those of all."""
    money = [one.plan.money for one in plans]
    found: dict[str, int | str] = {
        "changed": bool(refusals) or any(one.is_changed for one in plans),
        "submit": sum(one.plan.counts[Action.SUBMIT] for one in plans),
        "to_spend": sum(one.to_spend for one in money),
        **({"later": sum(one.later for one in money)} if any(one.plan.is_staged for one in plans) else {}),
        "spent": sum(one.spent for one in money),
        "in_doubt": sum(one.in_doubt for one in money),
        "budget": sum(one.budget for one in money),
        "within_budget": all(one.within_budget for one in money),
    }
    compared = [one.comparison for one in plans if one.comparison]
    if compared:
        found |= {
            "added": sum(len(one.added) for one in compared),
            "replaced": sum(len(one.replaced) + len(one.following) for one in compared),
            "removed": sum(len(one.removed) for one in compared),
            "renamed": sum(len(one.renamed) for one in compared),
            "difference": sum(one.difference for one in compared),
        }
    if refusals:
        found["error"] = word_of(max(error.exit_code for error in refusals))
    return found


def _assignments(outputs: Mapping[str, int | str]) -> Iterator[str]:
    """Write outputs as numbers and single words: nothing of a stranger's is among them."""
    for name, value in outputs.items():
        yield f"{name}={str(value).lower()}"


def _append(variable: str, lines: Iterable[str]) -> None:
    """Add to the file that an environment variable names.

    Raises:
        UsageError: it cannot be written.
    """
    name = os.environ.get(variable)
    if not name:
        return
    data = "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")
    try:
        with Path(name).open("ab") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"{variable}: {name} cannot be written: {error.strerror or error}") from error
