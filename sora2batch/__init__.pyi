from sora2batch.ground.errors import ExitCode as ExitCode
from sora2batch.ground.errors import Sora2BatchError as Sora2BatchError
from sora2batch.ground.errors import UsageError as UsageError
from sora2batch.ground.job import Job as Job
from sora2batch.ground.problem import Problem as Problem
from sora2batch.ground.rule import Level as Level
from sora2batch.library import events as events
from sora2batch.library.loading import expand as expand
from sora2batch.library.loading import load as load
from sora2batch.library.loading import load_all as load_all
from sora2batch.library.loading import plan as plan
from sora2batch.library.loading import read_lockfile as read_lockfile
from sora2batch.library.loading import status as status
from sora2batch.library.loading import validate as validate
from sora2batch.library.public_batch import Batch as Batch
from sora2batch.library.public_jobs import Jobs as Jobs
from sora2batch.library.public_lockfile import Lockfile as Lockfile
from sora2batch.library.public_plan import Plan as Plan
from sora2batch.library.public_progress import Progress as Progress
from sora2batch.library.public_status import Status as Status
from sora2batch.library.reporting import report as report
from sora2batch.library.running import Result as Result
from sora2batch.library.running import run as run
from sora2batch.lockfile.entry import Attempt as Attempt
from sora2batch.lockfile.entry import Entry as Entry
from sora2batch.lockfile.entry import ErrorNote as ErrorNote
from sora2batch.lockfile.entry import Output as Output
from sora2batch.lockfile.entry import State as State
from sora2batch.lockfile.hold import LockHeldError as LockHeldError
from sora2batch.lockfile.lockfile_error import LockfileError as LockfileError
from sora2batch.manifest.manifest_error import ManifestError as ManifestError
from sora2batch.plan.action import Action as Action
from sora2batch.plan.action import Money as Money
from sora2batch.plan.action import PlannedJob as PlannedJob
from sora2batch.plan.budget import BudgetError as BudgetError
from sora2batch.plan.job_status import JobStatus as JobStatus
from sora2batch.plan.outlook import Duration as Duration
from sora2batch.plan.plan_file import StalePlanError as StalePlanError
from sora2batch.sjinn.api_error import ApiError as ApiError
from sora2batch.sjinn.api_error import KeyRefusedError as KeyRefusedError
from sora2batch.sjinn.api_error import UnreachableError as UnreachableError

__version__: str
__all__ = [
    "Action",
    "ApiError",
    "Attempt",
    "Batch",
    "BudgetError",
    "Duration",
    "Entry",
    "ErrorNote",
    "ExitCode",
    "Job",
    "JobStatus",
    "Jobs",
    "KeyRefusedError",
    "Level",
    "LockHeldError",
    "Lockfile",
    "LockfileError",
    "ManifestError",
    "Money",
    "Output",
    "Plan",
    "PlannedJob",
    "Problem",
    "Progress",
    "Result",
    "Sora2BatchError",
    "StalePlanError",
    "State",
    "Status",
    "UnreachableError",
    "UsageError",
    "__version__",
    "events",
    "expand",
    "load",
    "load_all",
    "plan",
    "read_lockfile",
    "report",
    "run",
    "status",
    "validate",
]
