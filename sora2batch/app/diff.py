"""Two manifests or two lockfiles, on disk or in git, held against each other job by job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.loader import loader_for
from sora2batch.app.config.settings import credit_price_for
from sora2batch.app.difference.difference_json import lockfiles_to_json, manifests_to_json
from sora2batch.app.difference.difference_text import lockfile_lines, manifest_lines
from sora2batch.app.difference.manifest_difference import ManifestDifference
from sora2batch.app.difference.side import LockfileSide, ManifestSide, Side, find_places, read_side
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import MOST_LINES_AT_A_TERMINAL, Printer
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.plan.compare import compare
from sora2batch.plan.lockfile_comparison import compare_lockfiles


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DiffArgs:
    """The command line, as given."""

    old: str
    new: str
    file: Path | None
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]


def diff(args: DiffArgs, printer: Printer) -> ExitCode:
    """Tell what is different, and by the exit code whether anything is.

    Raises:
        Sora2BatchError: one of the two cannot be read.
    """
    first, second = find_places(args.old, args.new, args.file)
    loader = loader_for(args.tools_dirs, simulated=args.simulated)
    old, new = read_side(first, loader), read_side(second, loader)
    price = credit_price_for(second.path.parent)
    return _show(old, new, price, printer, as_json=args.as_json)


def _show(old: Side, new: Side, price: CreditPrice | None, printer: Printer, *, as_json: bool) -> ExitCode:
    match old, new:
        case ManifestSide(), ManifestSide():
            told = ManifestDifference(old=old, new=new, comparison=compare(old.name, old.jobs, new.jobs))
            changes = told.comparison.changes
            by_group = printer.is_terminal and changes > MOST_LINES_AT_A_TERMINAL
            document, lines = manifests_to_json(told), manifest_lines(told, price, by_group=by_group)
        case LockfileSide(), LockfileSide():
            found = compare_lockfiles(old.lockfile, new.lockfile)
            document = lockfiles_to_json(old.name, new.name, found)
            lines = lockfile_lines(old.name, new.name, found, price)
            changes = found.changes
        case _:
            message = f"{old.name} and {new.name}: one is a manifest, the other a lockfile"
            raise UsageError(message, hint="`sora2batch plan MANIFEST` holds a manifest against its lockfile")
    if as_json:
        print_json(document, printer)
    else:
        printer.output_listing(lines)
    return ExitCode.FAILED if changes else ExitCode.DONE
