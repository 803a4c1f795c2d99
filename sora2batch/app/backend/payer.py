"""Who pays for a run."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.ground.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The account that pays, as far as it has told anything."""

    clock: Clock
    """To stamp intents with: the API's, where its answer has told the time."""
    account: str | None = None
    """A hash of whose account it is, if the time was told with it: one without the other proves nothing."""
    identity: str | None = None
    """The same, whether or not the time was told: by it workers know for whom they work."""
    balance: float | None = None
    """Its credits, if it was asked."""
