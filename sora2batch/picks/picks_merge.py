"""Picks that somebody just made, put into those of a file; what they say nothing about stands."""

from __future__ import annotations

from collections.abc import Sequence

from sora2batch.picks.picks import Pick


def merge_picks(present: Sequence[Pick], made: Sequence[Pick]) -> tuple[Pick, ...]:
    """Put each new pick in place of the one about the same job, or at the end; an empty one takes it away.

    Args:
        present: of the file, in its order. One without a fingerprint is about the job of its key.
        made: with fingerprints; of two about one job the later one counts.
    """
    left = {pick.fingerprint: pick for pick in made}
    by_key = {pick.key: pick.fingerprint for pick in made if pick.key}
    merged: list[Pick] = []
    told = set()
    for pick in present:
        job = pick.fingerprint or by_key.get(pick.key or "")
        if job not in left:
            merged.append(pick)
        elif job not in told:
            told.add(job)
            merged.append(left[job])
    merged += (pick for job, pick in left.items() if job not in told)
    return tuple(pick for pick in merged if not (pick.fingerprint in left and pick.is_empty))
