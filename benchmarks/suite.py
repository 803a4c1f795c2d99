"""Every benchmark by its name, in the order of a batch's life."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.family import (
    download,
    finished,
    fleet,
    gallery,
    growth,
    journal,
    listed,
    pictures,
    plan,
    poll,
    startup,
    submit,
    upload,
)
from benchmarks.harness.result import Report
from benchmarks.harness.workshop import Workshop

Benchmark = Callable[[Workshop], Report]

SUITE: Mapping[str, Benchmark] = {
    "startup": startup.startup,
    "plan": plan.plan_text,
    "plan-json": plan.plan_json,
    "plan-large": plan.plan_large,
    "plan-stages": plan.plan_stages,
    "memory": plan.plan_memory,
    "growth": growth.growth,
    "data-files": listed.data_files,
    "yaml-list": listed.yaml_list,
    "pictures-known": pictures.pictures_known,
    "pictures-new": pictures.pictures_new,
    "finished": finished.finished,
    "report": gallery.report,
    "frames": gallery.frames,
    "slow-server": submit.slow_server,
    "instant-server": submit.instant_server,
    "shared-sync": journal.shared_sync,
    "open-tasks": poll.open_tasks,
    "fold-journal": journal.fold_journal,
    "downloads": download.downloads,
    "uploads": upload.uploads,
    "fleet-reserve": fleet.fleet_reserve,
    "fleet-submit": fleet.fleet_submit,
    "fleet-workers": fleet.fleet_workers,
    "fleet-polls": fleet.fleet_polls,
}
