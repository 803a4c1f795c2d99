"""What one should hear about a promotion before paying for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sora2batch.gallery.promotion.draft import Provenance
from sora2batch.gallery.promotion.make import Promotion
from sora2batch.gallery.promotion.origin import Origin
from sora2batch.ground.text import counted, one_line

_MERGED = 5
_KEYS = 3
_KEY_ROOM = 100


def promotion_notices(promotion: Promotion, provenance: Provenance) -> Iterator[str]:
    """Tell of picks that became one job, and of requests that were paid before."""
    if promotion.dropped:
        fields = ", ".join(promotion.dropped)
        yield f"{promotion.jobs[0].tool_type} has no {fields}: what was sent there is left out"
    yield from _merged(promotion)
    paid = [job.origins[0] for job in promotion.jobs if job.is_paid]
    if paid:
        requests = counted(len(paid), "request was", "requests were")
        simulated = " in the simulator" if provenance.simulated else ""
        yield (
            f"{requests} paid for already{simulated} under {provenance.manifest} ({_keys(paid)}); "
            f"running {provenance.target} pays for new takes"
        )


def _merged(promotion: Promotion) -> Iterator[str]:
    merged = [job for job in promotion.jobs if len(job.origins) > 1]
    for job in merged[:_MERGED]:
        count = len(job.origins)
        yield (
            f"{count:,} picks are one request now, {job.name} ({_keys(job.origins)}); "
            f"`repeat: {count}` in the manifest makes {count:,} takes"
        )
    if len(merged) > _MERGED:
        yield f"so are the picks of {counted(len(merged) - _MERGED, 'further job')}"


def _keys(origins: Sequence[Origin]) -> str:
    """Name some of the jobs that were picked."""
    named = ", ".join(one_line(origin.key, _KEY_ROOM) for origin in origins[:_KEYS])
    return f"{named} and {len(origins) - _KEYS:,} more" if len(origins) > _KEYS else named
