"""A declarative batch runner for SJinn's generation API: the price first, never paid twice, nothing lost.

docs/library.md tells what can be used from here, and what is promised of it. ``__init__.pyi`` has the types:
here everything is imported when it is first asked for, so that the command line starts at once.
"""

import sys
from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "Action": "plan.action",
    "ApiError": "sjinn.api_error",
    "Attempt": "lockfile.entry",
    "Batch": "library.public_batch",
    "BudgetError": "plan.budget",
    "Duration": "plan.outlook",
    "Entry": "lockfile.entry",
    "ErrorNote": "lockfile.entry",
    "ExitCode": "ground.errors",
    "Job": "ground.job",
    "JobStatus": "plan.job_status",
    "Jobs": "library.public_jobs",
    "KeyRefusedError": "sjinn.api_error",
    "Level": "ground.rule",
    "LockHeldError": "lockfile.hold",
    "Lockfile": "library.public_lockfile",
    "LockfileError": "lockfile.lockfile_error",
    "ManifestError": "manifest.manifest_error",
    "Money": "plan.action",
    "Output": "lockfile.entry",
    "Plan": "library.public_plan",
    "PlannedJob": "plan.action",
    "Problem": "ground.problem",
    "Progress": "library.public_progress",
    "Result": "library.running",
    "Sora2BatchError": "ground.errors",
    "StalePlanError": "plan.plan_file",
    "State": "lockfile.entry",
    "Status": "library.public_status",
    "UnreachableError": "sjinn.api_error",
    "UsageError": "ground.errors",
    "events": "library.events",
    "expand": "library.loading",
    "load": "library.loading",
    "load_all": "library.loading",
    "plan": "library.loading",
    "read_lockfile": "library.loading",
    "report": "library.reporting",
    "run": "library.running",
    "status": "library.loading",
    "validate": "library.loading",
}
"""Where each public name is at home."""

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - they are texts


class _Package(type(sys)):
    """This package: its functions ``plan`` and ``run`` have the names of two of its folders and hide them."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, type(sys)) and value.__name__ == f"{__name__}.{name}"):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES[name]}")
    found: object = getattr(home, name, home)  # ``events`` is a module itself
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
