"""The money of one run: charged + reserved + in doubt never exceeds the budget."""

from __future__ import annotations

from sora2batch.ground.job import Credits


class BudgetTracker:
    """Credits set aside before each create call and settled by its answer.

    Invariant: after every ``reserve`` that succeeds, charged + reserved + in doubt <= budget. Only a price
    that turns out higher than the catalogue's can break it, and then nothing more can be reserved.
    """

    __slots__ = ("_budget", "_charged", "_in_doubt", "_reserved")

    def __init__(self, *, budget: Credits, spent: Credits, in_doubt: Credits) -> None:
        """Start counting; ``spent`` contains what is in doubt, as a plan's money does."""
        self._budget = budget
        self._charged = spent - in_doubt
        self._in_doubt = int(in_doubt)
        self._reserved = 0

    @property
    def budget(self) -> Credits:
        """What may be spent in all."""
        return self._budget

    @property
    def spent(self) -> Credits:
        """What is charged or may have been."""
        return Credits(self._charged + self._in_doubt)

    @property
    def free(self) -> Credits:
        """What can still be reserved; not below 0."""
        return Credits(max(0, self._budget - self._charged - self._in_doubt - self._reserved))

    def reserve(self, price: Credits) -> bool:
        """Set the price of a job aside, if there is room for it."""
        if price > self.free:
            return False
        self._reserved += price
        return True

    def charge(self, price: Credits) -> None:
        """Settle a reservation: the API took the money."""
        self._reserved -= price
        self._charged += price

    def release(self, price: Credits) -> None:
        """Settle a reservation: nothing was charged."""
        self._reserved -= price

    def doubt(self, price: Credits) -> None:
        """Settle a reservation: nobody knows; it stays counted."""
        self._reserved -= price
        self._in_doubt += price

    def surcharge(self, difference: Credits) -> None:
        """Count what a task cost beyond its price."""
        self._charged += difference

    def settle(self, doubted: Credits, charged: Credits) -> None:
        """End a doubt: what it was counted with goes, what it turned out to cost comes."""
        self._in_doubt -= doubted
        self._charged += charged
