"""What is different, as the documents of ``diff --json``."""

from __future__ import annotations

from sora2batch.app.difference.manifest_difference import ManifestDifference
from sora2batch.app.difference.side import ManifestSide
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.text import readable
from sora2batch.lockfile.entry import Entry
from sora2batch.plan.change import FieldChange
from sora2batch.plan.compare import Replacement
from sora2batch.plan.lockfile_comparison import EntryChange, LockfileComparison
from sora2batch.plan.render_json import input_to_json


def manifests_to_json(told: ManifestDifference) -> JsonObject:
    """Turn two manifests held against each other into a document."""
    found, marks = told.comparison, told.new.marks
    return {
        **_head("manifests", told.old.name, told.new.name, found.changes),
        "added": [{**_job(job, told.new), "to_pay": told.price_of(job)} for job in found.added],
        "removed": [{**_job(job, told.old), "spent": told.spent_on(job)} for job in found.removed],
        "changed": [_replacement(told, one) for one in found.replaced],
        **_following(told),
        "renamed": [{"from": old, "to": new, "fingerprint": marks.get(new)} for old, new in found.renamed],
        "unchanged": told.unchanged,
        "credits": {
            "before": found.price_before,
            "after": found.price_after,
            "new": found.price_of_new,
            "to_pay": told.to_pay,
        },
        "budget": {"before": told.old.budget, "after": told.new.budget},
    }


def _head(kind: str, old: str, new: str, changes: int) -> JsonObject:
    return {"version": 1, "kind": kind, "old": readable(old), "new": readable(new), "same": not changes}


def _following(told: ManifestDifference) -> JsonObject:
    """*Shape*: nothing where there are none."""
    jobs = [one.after for one in told.comparison.following]
    return {"following": [{"key": job.key, "to_pay": told.price_of(job)} for job in jobs]} if jobs else {}


def _job(job: AskedJob, side: ManifestSide) -> JsonObject:
    return {
        "key": job.key,
        "fingerprint": side.marks.get(job.key),
        "tool_type": job.tool_type,
        "take": job.take,
        "input": input_to_json(job),
        "credits": job.credits,
    }


def _replacement(told: ManifestDifference, one: Replacement) -> JsonObject:
    return {
        "key": one.after.key,
        "before": _job(one.before, told.old),
        "after": _job(one.after, told.new),
        "changes": [_field(change) for change in told.changes_of(one)],
        "to_pay": told.price_of(one.after),
    }


def _field(change: FieldChange) -> JsonObject:
    """*Shape*: without ``old`` where the field is new, without ``new`` where it is gone."""
    old: JsonObject = {"old": change.before[0]} if change.before else {}
    new: JsonObject = {"new": change.after[0]} if change.after else {}
    return {"field": change.path, **old, **new, "message": change.told}


def lockfiles_to_json(old: str, new: str, found: LockfileComparison) -> JsonObject:
    """Turn two lockfiles held against each other into a document."""
    return {
        **_head("lockfiles", old, new, found.changes),
        "added": [_entry(entry) for entry in found.added],
        "removed": [_entry(entry) for entry in found.removed],
        "changed": [_changed(one) for one in found.changed],
        "unchanged": found.unchanged,
        "credits": {"before": found.spent_before, "after": found.spent_after},
    }


def _entry(entry: Entry) -> JsonObject:
    return {
        "key": entry.key,
        "fingerprint": entry.fingerprint,
        "state": entry.state.value,
        "credits": entry.spent,
        "tasks": [one.task_id for one in entry.attempts if one.task_id],
    }


def _changed(one: EntryChange) -> JsonObject:
    return {
        "key": one.after.key,
        "fingerprint": one.after.fingerprint,
        "changes": [{"field": name, "old": old, "new": new} for name, old, new in one.changes],
    }
