from __future__ import annotations

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.reconcile.doubt import find_doubts


def test_every_call_in_doubt_is_found_in_the_lockfiles_order():
    retried = entry_of(job_of("ape"), in_doubt(number=2), failed())
    beside = entry_of(job_of("bee"), submitted(), in_doubt(number=2))
    rest = [entry_of(job_of(name), one) for name, one in [("cat", completed()), ("dog", rejected())]]
    last = entry_of(job_of("eel"), in_doubt())
    found = find_doubts(lockfile_of(last, *rest, beside, retried))
    assert [(doubt.entry.key, doubt.attempt.number) for doubt in found] == [
        ("hero/ape", 2),
        ("hero/bee", 2),
        ("hero/eel", 1),
    ]
