"""What happens during a run, as values: ``run(…, on_event=…)`` tells each as it happens.

An event that is about a job has it as ``job``. New kinds may be added in any release: whoever tells them
apart leaves aside what is not known yet.
"""

from sora2batch.run.event import (
    Deferred,
    Downloaded,
    Event,
    Failed,
    Generated,
    InDoubt,
    Looked,
    NotDownloaded,
    NotLooked,
    NotStored,
    Paused,
    Ready,
    Rejected,
    Spent,
    Stopped,
    Stored,
    Submitted,
    Ticked,
    TimedOut,
    Unsaved,
    Uploaded,
    Warned,
)

__all__ = [
    "Deferred",
    "Downloaded",
    "Event",
    "Failed",
    "Generated",
    "InDoubt",
    "Looked",
    "NotDownloaded",
    "NotLooked",
    "NotStored",
    "Paused",
    "Ready",
    "Rejected",
    "Spent",
    "Stopped",
    "Stored",
    "Submitted",
    "Ticked",
    "TimedOut",
    "Unsaved",
    "Uploaded",
    "Warned",
]
