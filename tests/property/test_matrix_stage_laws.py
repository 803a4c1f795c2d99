"""Jobs made from the results of jobs: random graphs of groups, held against a small model of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.building import entry_of
from fakes.lock_entry import completed, failed, in_doubt, submitted
from fakes.matrix_case import expand_text
from fakes.stage_model import CLIP, PRICES, STILL, Group, Up, enumerate_jobs, judge, manifest_of
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Output
from sora2batch.matrix.stage import RecordedResults
from sora2batch.plan.action import Action
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection

CONTENTS = [sha256(name.encode()).hexdigest() for name in ("red", "green", "blue")]


@cache
def catalog():
    return load_catalog()


def expanded(groups: list[Group], lockfile: Lockfile, folder: str = "out"):
    keys: list[list[str]] = [[] for _ in groups]
    for job in enumerate_jobs(groups):
        keys[job.group].append(job.key)
    text, files = manifest_of(groups, keys)
    results = RecordedResults(lockfile.entries, folder)
    return expand_text(f"{text}\n", catalog=catalog(), results=results, **files)


def plan_for(expansion, lockfile: Lockfile):
    inputs = PlanInputs(
        manifest="batch.yaml",
        jobs=expansion.jobs,
        stages=expansion.stages,
        lockfile=lockfile,
        budget=Credits(10**6),
        selection=Selection(),
        notices=(),
    )
    return make_plan(inputs, lambda _: None)


VALUES = ("fox", "owl", "cat")


@st.composite
def groups_of(draw, *, picks: bool = True) -> list[Group]:
    levels = draw(st.integers(1, 3))
    found: list[Group] = []
    for at in range(levels):
        names = draw(st.lists(st.sampled_from("ab"), unique=True, max_size=2 if at == 0 else 1))
        axes = tuple((name, draw(st.sampled_from([VALUES[:1], VALUES[:2]]))) for name in names)
        tool = draw(st.sampled_from([STILL, CLIP])) if at and at == levels - 1 else STILL
        up = draw(ups(found, picks=picks)) if at else None
        found.append(Group(f"g{at}", tool, f"word{at}", axes, draw(st.integers(1, 2)), up))
    return found


@st.composite
def ups(draw, before: list[Group], *, picks: bool) -> Up:
    group = draw(st.integers(0, len(before) - 1))
    above = before[group]
    axes = dict(above.axes)
    where = tuple(
        (name, tuple(draw(st.lists(st.sampled_from(values), min_size=1, unique=True))))
        for name, values in axes.items()
        if draw(st.booleans()) and draw(st.booleans())
    )
    by = draw(st.none() | st.lists(st.sampled_from(sorted(axes)), unique=True).map(tuple)) if axes else None
    shown = sorted(axes if by is None else by)
    return Up(
        group=group,
        where=where,
        takes=draw(st.sampled_from([(), (1,), tuple(range(1, above.repeat + 1))])),
        by=by,
        picks=draw(st.none() | st.lists(st.integers(0, 7), unique=True).map(tuple)) if picks else None,
        is_gate=draw(st.booleans()) and picks,
        reads=draw(st.none() | st.sampled_from(shown)) if shown else None,
    )


def normal(up: Up | None) -> Up | None:
    return up and replace(up, is_gate=up.is_gate and up.picks is not None)


@st.composite
def histories(draw, groups: list[Group]) -> dict[str, tuple[str, str | None]]:
    """What became of the jobs, one level after the other."""
    known: dict[str, tuple[str, str | None]] = {}
    jobs = enumerate_jobs(groups)
    while True:
        judge(jobs, known)
        news = [job for job in jobs if job.action == "submit" and job.fingerprint not in known]
        if not news:
            return known
        for job in news:
            state = draw(st.sampled_from(["completed"] * 4 + ["", "failed", "submitted", "in_doubt"]))
            known[job.fingerprint] = (
                state,
                draw(st.sampled_from(CONTENTS)) if state == "completed" else None,
            )


def lockfile_for(groups: list[Group], known: dict[str, tuple[str, str | None]], order: int = 0) -> Lockfile:
    """The lockfile of a history, made by the program's own jobs, one level after the other."""
    entries: dict = {}
    for _ in range(4):
        lockfile = Lockfile(manifest="batch.yaml", entries=dict(entries))
        for job in expanded(groups, lockfile).jobs:
            state, content = known.get(job.fingerprint, ("", None))
            if state and job.fingerprint not in entries:
                name = f"{job.filename}.png"
                attempt = {
                    "completed": completed(outputs=(Output(path=name, sha256=content, bytes=1),)),
                    "failed": failed(),
                    "submitted": submitted(),
                    "in_doubt": in_doubt(),
                }[state]
                entries[job.fingerprint] = entry_of(job, attempt)
    items = list(entries.items())
    return Lockfile(manifest="batch.yaml", entries=dict(items[order:] + items[:order]))


@dataclass
class Case:
    groups: list[Group]
    known: dict
    lockfile: Lockfile = field(repr=False)


@st.composite
def cases(draw, *, picks: bool = True) -> Case:
    groups = [replace(group, up=normal(group.up)) for group in draw(groups_of(picks=picks))]
    known = draw(histories(groups))
    return Case(groups, known, lockfile_for(groups, known))


@given(cases())
@settings(max_examples=80, deadline=None)
def test_jobs_identities_actions_and_money_are_those_of_the_model(case):
    wanted = enumerate_jobs(case.groups)
    judge(wanted, case.known)
    expansion = expanded(case.groups, case.lockfile)
    plan = plan_for(expansion, case.lockfile)
    found = {one.job.key: (one.action.value, one.credits) for one in plan.listed}
    assert [job.key for job in expansion.all_jobs] == [job.key for job in wanted]
    spent = {"skip": 1, "failed": 1, "resume": 1, "in_doubt": 1}
    assert {key: action for key, (action, _) in found.items()} == {job.key: job.action for job in wanted}
    marks = {job.key: job.fingerprint for job in expansion.jobs}
    assert marks == {job.key: job.fingerprint for job in wanted if job.fingerprint}
    assert {job.key: list(job.needs) for job in expansion.all_jobs} == {job.key: job.needs for job in wanted}
    for job in wanted:
        if job.action in {"submit", "wait"}:
            assert found[job.key][1] == PRICES[job.tool]
        elif job.action not in spent:
            assert found[job.key][1] == 0
    price = sum(PRICES[job.tool] for job in wanted if job.action == "wait")
    assert plan.money.later == price
    assert plan.money.to_spend == sum(PRICES[job.tool] for job in wanted if job.action == "submit")
    assert set(plan.gates) == {job.gate for job in wanted if job.gate}


@given(cases())
@settings(max_examples=40, deadline=None)
def test_every_job_that_waits_says_what_for(case):
    wanted = {job.key: job for job in enumerate_jobs(case.groups)}
    judge([*wanted.values()], case.known)
    for one in plan_for(expanded(case.groups, case.lockfile), case.lockfile).waiting:
        job = wanted[one.job.key]
        if job.same_as:
            assert job.same_as in one.reason
        elif one.action is Action.BLOCKED:
            assert any(one.reason.startswith(f"rests on {key}, which ") for key in (*job.needs, *wanted))
        elif job.gate:
            assert one.reason == f"waits for {job.gate}: somebody has to pick first"
        else:
            assert one.reason.startswith("needs ")
            assert any(key in one.reason for key in wanted)


@given(cases(picks=False), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_neither_names_nor_places_nor_the_order_of_results_change_what_is_asked_for(case, order):
    before = expanded(case.groups, case.lockfile)
    renamed = [_renamed(group) for group in case.groups]
    after = expanded(renamed, lockfile_for(case.groups, case.known, order), folder="elsewhere/else")
    assert [job.fingerprint for job in after.jobs] == [job.fingerprint for job in before.jobs]
    assert len(after.stages.waiting if after.stages else ()) == len(
        before.stages.waiting if before.stages else ()
    )


def _renamed(group: Group) -> Group:
    def other(name: str) -> str:
        return f"new_{name}"

    up = group.up and replace(
        group.up,
        name="source",
        where=tuple((other(name), values) for name, values in group.up.where),
        by=None if group.up.by is None else tuple(map(other, group.up.by)),
        reads=other(group.up.reads) if group.up.reads else None,
    )
    axes = tuple((other(name), values) for name, values in group.axes)
    return replace(group, name=other(group.name), axes=axes, up=up)


@given(cases(picks=False))
@settings(max_examples=40, deadline=None)
def test_what_a_lockfile_says_later_gives_the_same_as_a_new_expansion(case):
    nothing = expanded(case.groups, Lockfile(manifest="batch.yaml", entries={}))
    if nothing.stages is None:
        return
    now = nothing.stages.anew(RecordedResults(case.lockfile.entries, "out"))
    fresh = expanded(case.groups, case.lockfile).stages
    assert (now.jobs, now.waiting, now.alike) == (fresh.jobs, fresh.waiting, fresh.alike)
    assert now.anew(RecordedResults(case.lockfile.entries, "out")) is now
    other = Lockfile(manifest="batch.yaml", entries=_with_other_bytes(case.lockfile.entries))
    again, fresh = now.anew(RecordedResults(other.entries, "out")), expanded(case.groups, other).stages
    assert (again.jobs, again.waiting, again.alike) == (fresh.jobs, fresh.waiting, fresh.alike)


def _with_other_bytes(entries: dict) -> dict:
    """The same lockfile after every file was made anew, with other bytes."""
    rotated = dict(zip(CONTENTS, CONTENTS[1:] + CONTENTS[:1], strict=True))

    def other(entry):
        attempt = entry.primary
        outputs = tuple(one._replace(sha256=rotated[one.sha256]) for one in attempt.outputs)
        return entry._replace(attempts=(attempt._replace(outputs=outputs),))

    return {mark: other(entry) for mark, entry in entries.items()}
