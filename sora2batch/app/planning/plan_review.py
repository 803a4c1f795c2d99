"""What reviewers ask of plans: `plan --base` and `plan --strict`."""

from __future__ import annotations

from collections.abc import Sequence

from sora2batch.app.planning.plan_base import compare_with
from sora2batch.app.planning.planning import Planned
from sora2batch.app.planning.strictness import refuse_slips


def reviewed(plans: Sequence[Planned], base: str | None, *, is_strict: bool) -> Sequence[Planned]:
    """Refuse slips, and compare with the manifests as they stand in git at a ref.

    Raises:
        ManifestError: somebody is strict, and there are warnings.
        Sora2BatchError: there is no such ref, or a manifest has problems there.
    """
    if is_strict:
        refuse_slips([one.batch for one in plans])
    if base is None:
        return plans
    return [one._replace(comparison=compare_with(one.batch, base)) for one in plans]
