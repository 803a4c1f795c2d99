"""One port for budget and attempts: what may be called for, what was, and what came of it.

Two keep it: the journal of a lockfile (``journal_attempts``), for one process that holds the file, and a
database, for many machines. The same contract tests hold for both.

The invariant: a create call is made only between a ``fence`` that returned and its answer, each fence allows
one call, and after every ``reserve`` that succeeds charged + reserved + in doubt <= budget.
"""

from __future__ import annotations

from typing import Protocol

from sora2batch.ground.deadline import Deadline
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.lockfile.entry import Attempt, Entry


class NotReservedError(Sora2BatchError):
    """Somebody else has sent the call, or taken the reservation back."""


class AttemptStore(Protocol):
    """Budget and attempts of one batch. What cannot be kept raises a ``Sora2BatchError``."""

    @property
    def budget(self) -> Credits:
        """What may be spent in all."""
        ...

    @property
    def spent(self) -> Credits:
        """What is charged or may have been."""
        ...

    def known(self, fingerprint: Fingerprint, /) -> Entry | None:
        """Tell what is known of a job, so that the next attempt has the next number."""
        ...

    async def reserve(self, job: Job, /) -> bool:
        """Set the price of a job aside; False if there is no room for it."""
        ...

    async def fence(self, job: Job, intent: Attempt, /) -> Deadline | None:
        """Write down, durably, that this call is about to be made: nobody else ever makes it then.

        What is returned is until when it must have begun to leave this machine; None where nobody else could
        come to settle it meanwhile. What is raised means that the call must not be made; the reservation is
        given back then.

        Raises:
            NotReservedError: the reservation is gone, or the right to send it; somebody else has it.
        """
        ...

    async def claim(self, job: Job, task_id: str, /) -> str | None:
        """Take a task that the API answered with, unless it is known already: then say whose it is."""
        ...

    async def accept(self, job: Job, attempt: Attempt, /) -> None:
        """The API made a task of it, which is charged."""
        ...

    async def refuse(self, job: Job, attempt: Attempt, /) -> None:
        """The API refused it for good; nothing was charged."""
        ...

    async def release(self, job: Job, intent: Attempt, /) -> None:
        """The call surely cost nothing and left nothing: it may be made again."""
        ...

    async def doubt(self, job: Job, attempt: Attempt, /) -> None:
        """Nobody knows what came of it; it counts as spent until it is settled."""
        ...

    def abandon(self, job: Job, /) -> None:
        """The answer will not come to this process: since its fence the call is in doubt durably."""
        ...

    async def surcharge(self, job: Job, attempt: Attempt, difference: Credits, /) -> None:
        """A task cost more than its price; the attempt says how much in all."""
        ...

    async def settle(self, doubted: Entry, outcome: Attempt, /) -> None:
        """A doubt, the entry's one attempt, has an end: ``submitted`` with its task, or ``withdrawn``."""
        ...
