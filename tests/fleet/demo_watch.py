"""What a person would want to see of a fleet's database while it works."""

from __future__ import annotations

from typing import NamedTuple

import psycopg

_COUNTS = """
    select count(*) filter (where state = 'reserved'), count(*) filter (where state = 'sending'),
        count(*) filter (where state = 'submitted'), count(*) filter (where state = 'completed'),
        count(*) filter (where media = 'done'), count(*) filter (where state = 'in_doubt')
    from attempt
"""
_LANE = "select pid from account join worker on worker.id = lane_worker"
_ROW_OF = "select id from worker where pid = %s"
_IS_CALLING = "select count(*) from attempt where state = 'sending' and worker = %s"
_IS_BUSY = """
    select count(*) from pg_stat_activity
    where application_name = 'sora2batch worker' and state <> 'idle' and query not ilike 'listen%%'
"""
_FETCHING = """
    select count(*) from procrastinate_jobs where status = 'doing' and task_name = 'fetch'
"""


class Counts(NamedTuple):
    """How many jobs are where."""

    reserved: int
    sending: int
    submitted: int
    completed: int
    stored: int
    in_doubt: int

    def __str__(self) -> str:
        doubt = f", {self.in_doubt} in doubt" if self.in_doubt else ""
        return (
            f"{self.reserved:2} reserved, {self.sending} being sent, {self.submitted:2} under way, "
            f"{self.completed:2} done, {self.stored:2} of them in the store{doubt}"
        )


class Watch:
    """A connection that looks and changes nothing."""

    def __init__(self, url: str) -> None:
        options = "-c search_path=sora2batch -c default_transaction_read_only=on"
        self._connection = psycopg.connect(url, autocommit=True, options=options)

    def close(self) -> None:
        self._connection.close()

    def counts(self) -> Counts:
        return Counts(*self._connection.execute(_COUNTS).fetchone())

    def lane(self) -> int | None:
        """The process that has the create lane."""
        row = self._connection.execute(_LANE).fetchone()
        return row[0] if row else None

    def number_of_workers(self) -> int:
        return self._one("select count(*) from worker where ended_at is null")

    def is_calling(self, pid: int) -> bool:
        """Whether a worker that has been stopped is between a fence and its answer, or may be soon."""
        row = self._one(_ROW_OF, pid)
        return self._one(_IS_BUSY) > 0 or self._one(_IS_CALLING, row) > 0

    def fetching(self) -> int:
        """How many tasks' files are on their way."""
        return self._one(_FETCHING)

    def _one(self, query: str, *given: object) -> int:
        return self._connection.execute(query, given or None).fetchone()[0]
