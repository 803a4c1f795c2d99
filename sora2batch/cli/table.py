"""The commands: what each is for, and where its work is done; the one place from which work is imported.

Names are ``module:name``, imported when a command is called, so that ``--help`` answers at once. A test
resolves every one of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

COMMANDS = {
    "init": "Write a commented manifest that validates, and what editors and git need for it.",
    "validate": "Check manifests; list every problem with its place.",
    "fmt": "Lay manifests out in one style; comments and meaning stay.",
    "rules": "Explain the rules that manifests are held against.",
    "tools": "List the tools of the catalogue with their prices.",
    "doctor": "Check the set-up: key, API, folders, git, store.",
    "plan": "Show what a run would do and cost; sends nothing that costs.",
    "run": "Submit, wait, download; show the price and ask first.",
    "worker": "Work for a fleet: create tasks, wait for them, bring their files home.",
    "download": "Fetch the files that are missing.",
    "status": "Show where every job stands.",
    "explain": "Tell where each value of a job comes from, and what was paid for it.",
    "diff": "Tell how two manifests or lockfiles differ, job by job.",
    "report": "Write the gallery: every clip on one page.",
    "reel": "Cut finished clips together into one MP4.",
    "promote": "Write the next manifest from picks: the chosen few, with other settings.",
    "verify": "Hash every file again and compare it with the lockfile.",
    "reconcile": "Settle jobs in doubt with the credits ledger.",
    "lock": "Resolve, merge and check lockfiles.",
    "prune": "Set aside, or delete, files that the manifest no longer asks for.",
    "push": "Put results that are on disk in the store.",
    "pull": "Fetch missing files from the store alone.",
    "fleet": "Look after the work of several machines on one budget.",
    "schema": "Print a JSON Schema that ships with this version.",
    "simulate": "Serve the simulated API on this machine.",
    "help": "Say what a word means.",
    "completion": "Print a script for completion in a shell.",
}
"""By what one wants; the options of each are in ``cli/command/NAME.py``."""

PURPOSES = {
    "Start": ("init", "validate", "fmt", "rules", "tools", "doctor"),
    "Run": ("plan", "run", "worker", "download"),
    "Look": ("status", "explain", "diff", "report", "reel", "promote"),
    "Mend": ("verify", "reconcile", "lock", "prune"),
    "More": ("push", "pull", "fleet", "schema", "simulate", "help", "completion"),
}
"""The headings under which ``--help`` lists them."""


class Work(NamedTuple):
    """A function of ``app``, called with a printer and what was given on the command line."""

    function: str
    arguments: str | None = None
    """The dataclass of what was given, where it is more than a few values."""
    document: str | None = None
    """What ``--json`` prints, as ``schemas/NAME.schema.json`` has it, where there is --json."""
    extra: str | None = None
    """Without which of ``EXTRAS`` it cannot be done."""


EXTRAS = {"fleet": ("procrastinate", "psycopg", "psycopg_pool")}
"""What ``pip install 'sora2batch[NAME]'`` adds, as it is imported."""


WORK = {
    "init": Work("sora2batch.app.init:begin"),
    "validate": Work(
        "sora2batch.app.validate:validate", "sora2batch.app.validate:ValidateArgs", document="validate"
    ),
    "validate --format sarif": Work(
        "sora2batch.app.code_scanning:validate_as_sarif", "sora2batch.app.validate:ValidateArgs"
    ),
    "validate --format github": Work(
        "sora2batch.app.code_scanning:validate_for_github", "sora2batch.app.validate:ValidateArgs"
    ),
    "fmt": Work("sora2batch.app.fmt:fmt", "sora2batch.app.fmt:FmtArgs", document="fmt"),
    "plan": Work(
        "sora2batch.app.planning.plan:plan", "sora2batch.app.planning.plan:PlanArgs", document="plan"
    ),
    "plan --format github": Work(
        "sora2batch.app.github:plan_for_github", "sora2batch.app.planning.plan:PlanArgs"
    ),
    "plan --format markdown": Work(
        "sora2batch.app.pull_request:plan_for_review", "sora2batch.app.planning.plan:PlanArgs"
    ),
    "run": Work("sora2batch.app.run:run", "sora2batch.app.run_args:RunArgs", document="run"),
    "run --fleet": Work(
        "sora2batch.app.fleet.run_fleet:run_fleet",
        "sora2batch.app.run_args:RunArgs",
        document="run",
        extra="fleet",
    ),
    "run --queue": Work(
        "sora2batch.app.fleet.run_beside:run_beside",
        "sora2batch.app.run_args:RunArgs",
        document="run",
        extra="fleet",
    ),
    "worker": Work(
        "sora2batch.app.fleet.run_worker:run_worker",
        "sora2batch.app.fleet.run_worker:WorkerArgs",
        extra="fleet",
    ),
    "status": Work("sora2batch.app.status.status:show_statuses", document="status"),
    "status --csv": Work("sora2batch.app.status.status_csv:print_status_csv"),
    "status --ledger --csv": Work("sora2batch.app.status.status_csv:print_claims_csv"),
    "status --watch": Work("sora2batch.app.status.status_watch:watch_statuses"),
    "status --ledger": Work("sora2batch.app.status.status_ledger:show_claims", document="status-ledger"),
    "explain": Work(
        "sora2batch.app.explain:explain", "sora2batch.app.explain:ExplainArgs", document="explain"
    ),
    "diff": Work("sora2batch.app.diff:diff", "sora2batch.app.diff:DiffArgs", document="diff"),
    "reconcile": Work("sora2batch.app.reconcile:reconcile", document="reconcile"),
    "download": Work("sora2batch.app.download:download"),
    "verify": Work("sora2batch.app.verify.verify:verify", document="verify"),
    "verify --look": Work("sora2batch.app.verify.verify_look:verify_look", document="verify-look"),
    "verify --store": Work("sora2batch.app.verify.verify_store:verify_store", document="verify-store"),
    "push": Work("sora2batch.app.push:push", "sora2batch.app.store_args:StoreArgs", document="push"),
    "pull": Work("sora2batch.app.pull:pull", "sora2batch.app.store_args:StoreArgs", document="pull"),
    "pull --fleet": Work(
        "sora2batch.app.fleet.pull_fleet:pull_fleet",
        "sora2batch.app.store_args:StoreArgs",
        document="pull",
        extra="fleet",
    ),
    "report": Work(
        "sora2batch.app.report.report:report", "sora2batch.app.report.report:ReportArgs", document="report"
    ),
    "report --serve": Work(
        "sora2batch.app.report.report_serve:serve_report",
        "sora2batch.app.report.report_serve:ServeArgs",
        document="report",
    ),
    "reel": Work("sora2batch.app.reel.reel:make", "sora2batch.app.reel.reel:ReelArgs", document="reel"),
    "promote": Work(
        "sora2batch.app.promote:promote_picks", "sora2batch.app.promote:PromoteArgs", document="promote"
    ),
    "prune": Work("sora2batch.app.prune:prune", "sora2batch.app.prune:PruneArgs", document="prune"),
    "tools": Work("sora2batch.app.tools:show_tools", document="tools"),
    "rules": Work("sora2batch.app.rules:show_rules", document="rules"),
    "help": Work("sora2batch.app.help:show_terms"),
    "schema": Work("sora2batch.app.schema:show_schema"),
    "fleet init": Work("sora2batch.app.fleet.init:init", extra="fleet"),
    "fleet settle": Work("sora2batch.app.fleet.fleet_settle:settle", document="reconcile", extra="fleet"),
    "lock resolve": Work("sora2batch.app.lock:resolve_file"),
    "lock merge": Work("sora2batch.app.lock:merge_files"),
    "lock check": Work("sora2batch.app.lock:check_files"),
    "doctor": Work("sora2batch.app.doctor:examine", document="doctor"),
    "doctor --queue": Work(
        "sora2batch.app.fleet.examine_fleet:examine_fleet", document="doctor", extra="fleet"
    ),
    "fleet status": Work(
        "sora2batch.app.fleet.fleet_status:show_fleet", document="fleet-status", extra="fleet"
    ),
    "fleet cancel": Work(
        "sora2batch.app.fleet.fleet_cancel:cancel_batch", document="fleet-cancel", extra="fleet"
    ),
    "completion": Work("sora2batch.app.completion:print_script"),
    "simulate": Work("sora2batch.app.simulate:serve"),
}

TOOL_COMPLETION = "sora2batch.app.candidates.word_candidates:tools"
MANIFEST_COMPLETION = "sora2batch.app.candidates.manifest_candidates:manifests"
KEY_COMPLETION = "sora2batch.app.candidates.job_candidates:whole_keys"
GLOB_COMPLETION = "sora2batch.app.candidates.job_candidates:keys"
WHERE_COMPLETION = "sora2batch.app.candidates.job_candidates:pairs"
GROUP_COMPLETION = "sora2batch.app.candidates.job_candidates:groups"
WORD_COMPLETION = "sora2batch.app.candidates.word_candidates:words_to_ask_for"
RULE_COMPLETION = "sora2batch.app.candidates.word_candidates:rules"
LINE_COMPLETION = "sora2batch.cli.completer:complete_line"
"""For shells that complete what is typed."""
FAILURE_DOCUMENT = "sora2batch.app.output.json_document:print_failure_document"
"""For failures of calls with --json."""
FAILURE_LINE = "sora2batch.app.execution.event_stream:print_failure_line"
"""The same of calls with --jsonl."""
VERSION = "sora2batch.app.program_version:version_and_python"
"""For --version."""
CONFIGURED_COLOR = "sora2batch.app.config.settings:configured_color"
"""For calls without --color."""
CONFIGURED_QUEUE = "sora2batch.app.config.settings:configured_queue"
"""For calls that may ask a fleet."""
CONFIGURED_LOG_FILE = "sora2batch.app.config.settings:configured_log_file"
"""For calls without --log-file."""
LOG_FILE = "sora2batch.app.output.log_file:log_to"
"""For calls with --log-file."""
EVENT_NOTES = "sora2batch.cli.show.progress:noting"
"""The same, of a run with bars."""
PAINTED = "sora2batch.cli.show.leading_word:painted"
"""For lines where colours are wanted."""
EVENT_LINE = "sora2batch.cli.show.event_line:print_event"
LINE_PROGRESS = "sora2batch.cli.show.progress:line_progress"
BAR_PROGRESS = "sora2batch.cli.show.bars:bar_progress"
WORK_LINES = "sora2batch.cli.show.work_lines:line_work"
WORK_BAR = "sora2batch.cli.show.work_bar:bar_work"
LIVE_SCREEN = "sora2batch.cli.show.live:live_screen"
BOARDS = "sora2batch.cli.show.live:print_boards"
"""For those who have work; at a terminal with ``rich``, which few calls need."""


def resolve(name: str) -> Any:
    """Import what ``module:name`` names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
