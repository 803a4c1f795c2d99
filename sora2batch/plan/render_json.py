"""A plan as JSON; ``schemas/plan.schema.json`` describes it."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.credit_price import priced
from sora2batch.ground.job import Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.entry import Entry
from sora2batch.matrix.output_mark import mark_output, put_outputs
from sora2batch.plan.action import STAGED_ACTIONS, Plan, PlannedJob, WaitingJob
from sora2batch.plan.outlook import NO_OUTLOOK, Outlook

if TYPE_CHECKING:  # few plans compare
    from sora2batch.plan.compare import Comparison

PLAN_VERSION = 1


def plan_to_json(
    plan: Plan, comparison: Comparison | None = None, outlook: Outlook = NO_OUTLOOK
) -> JsonObject:
    """Turn a plan into the document that ``plan --json`` prints; with a comparison, what ``--base`` adds."""
    return (
        _plan(plan, outlook)
        | priced(outlook.credit_price)
        | ({"base": _base(comparison)} if comparison else {})
    )


def _plan(plan: Plan, outlook: Outlook) -> JsonObject:
    return {
        "version": PLAN_VERSION,
        "manifest": plan.manifest,
        "jobs": [*map(_job, plan.jobs), *map(_waiting_job, plan.waiting)],
        "orphans": [_orphan(entry) for entry in plan.orphans],
        "summary": summary_to_json(plan, outlook),
        "notices": [*map(str, plan.findings), *plan.notices],
    }


def _base(comparison: Comparison) -> JsonObject:
    budgets: JsonObject = {}
    if comparison.budgets:
        before, after = comparison.budgets
        budgets = {"budget": {"before": before, "after": after}}
    return budgets | {
        "ref": comparison.ref,
        "added": [job.key for job in comparison.added],
        "replaced": [{"key": one.after.key, "change": one.change} for one in comparison.replaced],
        **({"following": [one.after.key for one in comparison.following]} if comparison.following else {}),
        "removed": [job.key for job in comparison.removed],
        "renamed": [{"from": old, "to": new} for old, new in comparison.renamed],
        "credits": {
            "before": comparison.price_before,
            "after": comparison.price_after,
            "new": comparison.price_of_new,
        },
    }


def _job(planned: PlannedJob) -> JsonObject:
    job = planned.job
    needs: JsonObject = {"needs": [*job.needs]} if job.needs else {}
    return {
        "key": job.key,
        "fingerprint": job.fingerprint,
        "tool_type": job.tool_type,
        "take": job.take,
        "input": job.input,
        "credits": planned.credits,
        "action": planned.action.value,
        "reason": planned.reason,
        **needs,
    }


def input_to_json(job: AskedJob) -> JsonObject:
    """Write what is sent; a result that is not there yet is ``{"output_of": KEY}``."""
    if isinstance(job, Job):
        return job.input
    return put_outputs(job.input, {mark_output(key): {"output_of": key} for key in job.needs})


def _waiting_job(waiting: WaitingJob) -> JsonObject:
    job = waiting.job
    gate: JsonObject = {"gate": job.gate} if job.gate else {}
    return {
        "key": job.key,
        "fingerprint": None,
        "tool_type": job.tool_type,
        "take": job.take,
        "input": input_to_json(job),
        "credits": waiting.credits,
        "action": waiting.action.value,
        "reason": waiting.reason,
        "needs": [*job.needs],
        **gate,
    }


def _orphan(entry: Entry) -> JsonObject:
    return {
        "key": entry.key,
        "fingerprint": entry.fingerprint,
        "state": entry.state.value,
        "credits": entry.spent,
    }


def summary_to_json(plan: Plan, outlook: Outlook = NO_OUTLOOK) -> JsonObject:
    """Count the jobs of a plan by action, and hold the credits against the budget."""
    money = plan.money
    seconds = outlook.duration
    told: JsonObject = (
        {} if seconds is None else {"seconds": {"min": floor(seconds.min), "max": ceil(seconds.max)}}
    )
    later: JsonObject = {"later": money.later} if plan.is_staged else {}
    reserved: JsonObject = {"reserved": money.reserved} if money.reserved else {}
    shown = (item for item in plan.counts.items() if plan.is_staged or item[0] not in STAGED_ACTIONS)
    return {
        "jobs": len(plan.listed),
        "actions": {action.value: count for action, count in shown},
        "credits": {
            "budget": money.budget,
            "spent": money.spent,
            "in_doubt": money.in_doubt,
            **reserved,
            "to_spend": money.to_spend,
            **later,
            "remaining": money.remaining,
        },
        "within_budget": money.within_budget,
        **told,
    }
