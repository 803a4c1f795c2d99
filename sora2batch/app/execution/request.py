"""What the options of a call ask for."""

from __future__ import annotations

from dataclasses import dataclass, field

from sora2batch.app.execution.event_stream import EventStream
from sora2batch.app.output.output import RunDisplay
from sora2batch.plan.notice import Told
from sora2batch.plan.plan_file import SavedPlan
from sora2batch.plan.selection import Selection
from sora2batch.run.port import OnFailure
from sora2batch.run.stages import Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What the options of a call ask for."""

    selection: Selection
    stages: Stages
    printer: RunDisplay
    on_failure: OnFailure = OnFailure.GO_ON
    concurrency: int | None = None
    agreed: bool = False
    """--yes."""
    looks_at_urls: bool = True
    """Not with --no-images."""
    is_strict: bool = False
    """Whether warnings are errors."""
    saved: SavedPlan | None = None
    events: EventStream | None = None
    """Where to tell programs what happens."""
    told: Told = field(default_factory=Told)
    """What was said about tools already: a call says it once, however many batches use the tool."""
