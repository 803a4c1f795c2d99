"""A plan beside what a git revision would ask for: `plan --base`."""

from __future__ import annotations

from dataclasses import replace

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.history import state_at
from sora2batch.plan.compare import Comparison, compare, new_budgets


def compare_with(batch: Batch, ref: str) -> Comparison:
    """Expand the manifest as it stands in git at a ref and compare; where it is new, every job is.

    Raises:
        Sora2BatchError: there is no such ref, or the manifest has problems there.
    """
    before = state_at(batch, ref)
    found = compare(ref, before.asked, batch.expansion.asked)
    return replace(found, budgets=new_budgets(before.budget, batch.manifest.max_credits))
