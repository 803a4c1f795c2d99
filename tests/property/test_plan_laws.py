"""Laws of plans: the sums are right, nothing is paid twice, and every document follows its schema."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from markdown_it import MarkdownIt

from fakes.building import basis_of, entry_of, job_of
from fakes.lock_entry import DIGEST, completed
from fakes.lockfile_strategies import attempts_of
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State
from sora2batch.lockfile.fold import fold
from sora2batch.plan.action import Action
from sora2batch.plan.baseline import baseline_of
from sora2batch.plan.budget import BudgetError, check_budget
from sora2batch.plan.change import describe_change
from sora2batch.plan.compare import compare
from sora2batch.plan.make import make_plan
from sora2batch.plan.plan_file import SavedPlan, encode_saved_plan, make_proof, read_saved_plan
from sora2batch.plan.render_json import plan_to_json
from sora2batch.plan.render_markdown import plan_markdown
from sora2batch.plan.render_text import plan_lines, short_plan_lines
from sora2batch.plan.selection import Selection

VALIDATOR = Draft202012Validator(load_schema("plan.schema.json"))
FILE = Output(path="a.mp4", sha256=DIGEST, bytes=1)
NASTY = st.text(st.sampled_from("ab |\\`<&@*_[]()\n\t\x1b\u202e"), max_size=12)
ERRORS = st.none() | st.builds(ErrorNote, code=st.none() | st.just(7), message=NASTY)
PRICES = st.sampled_from([50, 420, 2100]).map(Credits)
NUMBERS = st.integers(1, 3)

tasks = attempts_of(
    state=st.sampled_from([State.SUBMITTED, State.COMPLETED, State.FAILED]),
    task_id=st.sampled_from("xyz"),
    credits=PRICES,
    number=NUMBERS,
    submitted_at=st.none() | st.sampled_from(["2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"]),
    outputs=st.sampled_from([(), (FILE,)]),
    error=ERRORS,
)
calls = attempts_of(state=st.just(State.IN_DOUBT), credits=PRICES, number=NUMBERS, error=ERRORS)
refusals = attempts_of(state=st.just(State.REJECTED), number=NUMBERS, error=ERRORS)
histories = st.lists(tasks | calls | refusals, min_size=1, max_size=4)

jobs = st.builds(
    lambda name, take, price, text: job_of(f"j{name}", take=take, credits=price, text=text),
    st.integers(0, 4),
    st.integers(1, 2),
    PRICES,
    NASTY,
)
job_lists = st.lists(jobs, max_size=6, unique_by=lambda job: job.key)


@st.composite
def bases(draw):
    """Jobs, and a lockfile that knows some of them and some others, under whatever keys."""
    found = draw(job_lists)
    entries = {}
    for job in [*found, *draw(job_lists)]:
        if draw(st.booleans()):
            lines = [entry_of(job, attempt) for attempt in draw(histories)]
            entries[job.fingerprint] = reduce(fold, lines)
    selection = {"limit": draw(st.none() | st.integers(0, 4)), "retry_failed": draw(st.booleans())}
    return basis_of(
        *found,
        entries=tuple(entries.values()),
        budget=draw(st.integers(0, 20_000)),
        notices=tuple(draw(st.lists(NASTY, max_size=2))),
        **selection,
    )


def fault_of(attempt: Attempt) -> str | None:
    return None if attempt.outputs else "its file has not been downloaded"


def unlimited(basis):
    return basis._replace(selection=replace(basis.selection, limit=None))


@given(bases())
def test_what_is_spent_and_to_spend_is_the_sum_of_jobs_orphans_and_failed_tasks_of_retries(basis):
    plan = make_plan(unlimited(basis), fault_of)
    retries = sum(one.entry.spent for one in plan.with_action(Action.SUBMIT) if one.entry)
    listed = sum(one.credits for one in plan.jobs) + sum(entry.spent for entry in plan.orphans)
    assert plan.money.spent + plan.money.to_spend == listed + retries
    assert plan.money.to_spend == sum(one.job.credits for one in plan.with_action(Action.SUBMIT))
    assert plan.money.remaining == basis.budget - plan.money.spent - plan.money.to_spend


@given(bases())
def test_what_is_spent_is_every_task_and_call_in_doubt_whatever_is_planned(basis):
    plan = make_plan(basis, fault_of)
    attempts = [one for entry in basis.lockfile.entries.values() for one in entry.attempts]
    assert plan.money.spent == sum(one.credits for one in attempts if one.state is not State.REJECTED)
    assert plan.money.in_doubt == sum(one.credits for one in attempts if one.state is State.IN_DOUBT)


@given(bases())
def test_nothing_is_submitted_that_has_a_task_which_did_not_fail_or_may_have_one(basis):
    for planned in make_plan(basis, fault_of).with_action(Action.SUBMIT):
        for attempt in planned.entry.attempts if planned.entry else ():
            assert basis.selection.retry_failed
            assert attempt.state in {State.FAILED, State.REJECTED}


@given(bases())
def test_nothing_that_was_paid_is_forgotten(basis):
    for planned in make_plan(basis, fault_of).jobs:
        states = {attempt.state for attempt in planned.entry.attempts} if planned.entry else set()
        if State.SUBMITTED in states:
            assert planned.action is Action.RESUME
        elif State.COMPLETED in states:
            assert planned.action in {Action.DOWNLOAD, Action.SKIP}


@given(bases())
def test_every_document_follows_the_schema_and_every_rendering_is_lines(basis):
    plan = make_plan(basis, fault_of)
    assert VALIDATOR.is_valid(orjson.loads(orjson.dumps(plan_to_json(plan))))
    comparison = compare("main", [job_of("j0"), job_of("j9")], basis.jobs)
    for line in [*plan_lines(plan), *short_plan_lines(plan), *plan_markdown(plan, comparison)]:
        assert line.isprintable()


@given(bases())
def test_a_plan_depends_on_nothing_but_its_basis(basis):
    shuffled = basis._replace(
        lockfile=replace(basis.lockfile, entries=dict(reversed(basis.lockfile.entries.items())))
    )
    assert make_plan(basis, fault_of) == make_plan(basis, fault_of) == make_plan(shuffled, fault_of)


@given(bases(), st.sampled_from(["*", "hero/j0*", "hero/j[12]*", "*#2"]), st.none() | st.integers(0, 3))
def test_a_selection_never_adds_and_never_changes_a_decision(basis, glob, limit):
    whole = make_plan(unlimited(basis), fault_of)
    selection = replace(basis.selection, select=(glob,), limit=limit)
    try:
        part = make_plan(basis._replace(selection=selection), fault_of)
    except UsageError:
        return
    rest = iter(whole.jobs)
    assert all(one in rest for one in part.jobs)
    assert part.money.to_spend <= whole.money.to_spend
    assert (part.money.spent, part.orphans) == (whole.money.spent, whole.orphans)
    assert limit is None or len(part.with_action(Action.SUBMIT)) <= limit


@given(bases())
def test_a_plan_is_refused_exactly_if_it_needs_more_and_the_advised_budget_is_enough(basis):
    plan = make_plan(basis, fault_of)
    needed = plan.money.spent + plan.money.to_spend
    if needed <= basis.budget:
        check_budget(plan)
        return
    with pytest.raises(BudgetError) as caught:
        check_budget(plan)
    assert f"to {needed}" in caught.value.hint
    check_budget(make_plan(basis._replace(budget=Credits(needed)), fault_of))


@given(job_lists)
def test_where_everything_is_finished_nothing_is_to_be_done(found):
    entries = tuple(entry_of(job, completed(outputs=(FILE,))) for job in found)
    plan = make_plan(basis_of(*found, entries=entries), fault_of)
    assert plan.counts == {action: len(found) if action is Action.SKIP else 0 for action in Action}
    assert plan.money.to_spend == 0


@given(basis=bases())
def test_a_saved_plan_is_read_back_as_it_was(basis, tmp_path_factory):
    plan = make_plan(basis, fault_of)
    saved = SavedPlan(
        manifest_path="campaign.yaml",
        selection=basis.selection,
        max_credits=basis.budget,
        simulated=False,
        proof=make_proof("0" * 64, (), basis.jobs, basis.lockfile),
        baseline=baseline_of(plan, basis.lockfile),
    )
    path = tmp_path_factory.getbasetemp() / "plan.json"
    path.write_bytes(encode_saved_plan(plan, saved))
    again = read_saved_plan(path)
    assert again == saved
    again.check(make_proof("0" * 64, (), basis.jobs, basis.lockfile), basis.lockfile)


@given(job_lists, job_lists)
def test_a_comparison_accounts_for_every_credit(before, after):
    found = compare("main", before, after)
    gone = sum(job.credits for job in found.removed) + sum(one.before.credits for one in found.replaced)
    kept = {job.fingerprint for job in before} & {job.fingerprint for job in after}
    repriced = sum(job.credits for job in after if job.fingerprint in kept) - sum(
        job.credits for job in before if job.fingerprint in kept
    )
    assert found.difference == found.price_of_new - gone + repriced
    assert len(found.added) + len(found.replaced) + len(kept) == len(after)
    assert len(found.removed) + len(found.replaced) + len(kept) == len(before)


VALUES = st.none() | st.booleans() | st.integers(0, 2) | NASTY | st.lists(st.integers(0, 1), max_size=2)
INPUTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@given(INPUTS, INPUTS)
def test_a_change_is_worded_exactly_if_there_is_one(old, new):
    told = describe_change("tool", old, "tool", new)
    assert bool(told) is (
        orjson.dumps(old, option=orjson.OPT_SORT_KEYS) != orjson.dumps(new, option=orjson.OPT_SORT_KEYS)
    )
    assert told.isprintable()
    assert told == describe_change("tool", dict(reversed(old.items())), "tool", new)


@given(NASTY)
def test_no_text_breaks_a_table_or_becomes_anything_but_code(text):
    job = job_of("fox", prompt=text)
    rows = list(plan_markdown(make_plan(basis_of(job, notices=(text,)), fault_of), compare(text, [], [job])))
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(rows))
    inline = [child for token in tokens for child in token.children or ()]
    assert {one.type for one in inline} <= {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
    assert sum(token.type in {"td_open", "th_open"} for token in tokens) == 2 * 6 + 2 * 4 + 2 * 4


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text("xy-_. 1", max_size=3)), max_size=3))
def test_a_where_finds_jobs_that_have_its_values_or_is_refused(where):
    labels = ["x", "y", "x-1", "x.y", "1"]
    found = [
        job_of(f"{one}/{other}", labels=(("a", one), ("b", other))) for one in labels for other in labels
    ]
    try:
        picked = Selection(where=tuple(where)).pick(found)
    except UsageError:
        return
    for axis in {axis for axis, _ in where}:
        assert {dict(job.labels)[axis] for job in picked} <= set(labels)
        exact = {value for one, value in where if one == axis and value in labels}
        assert exact <= {dict(job.labels)[axis] for job in picked}
