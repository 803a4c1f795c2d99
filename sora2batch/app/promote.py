"""From favourites to the next manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.argument import arguments_for
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.layout import lock_path_of
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.new_file import check_new_manifest
from sora2batch.app.editor.editor_schema import MODELINE, SCHEMA_NAME
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.gallery.promotion.advice import promotion_notices
from sora2batch.gallery.promotion.choose import Choice, choose
from sora2batch.gallery.promotion.draft import Provenance, draft_of
from sora2batch.gallery.promotion.make import Promotion, promote
from sora2batch.gallery.promotion.origin import Finder, find_origins
from sora2batch.gallery.promotion.present_files import PresentFiles
from sora2batch.gallery.promotion.proof import prove
from sora2batch.gallery.promotion.relocation import Relocation
from sora2batch.gallery.promotion.setting import read_settings
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.credit_price import CreditPrice, credits_in_words, priced
from sora2batch.ground.errors import UsageError
from sora2batch.ground.output_file import STANDARD_OUTPUT, write_new
from sora2batch.ground.plainfile import is_stream
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.tree import DiskTree
from sora2batch.manifest.write import write_manifest
from sora2batch.picks.picks import Picks, read_picks
from sora2batch.plan.budget import refuse_retired


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteArgs:
    """The command line, as given."""

    manifest: Path
    picks: Path
    settings: tuple[str, ...]
    tool_type: str | None
    min_rating: int | None
    out: Path
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]

    @property
    def is_printed(self) -> bool:
        """Whether the manifest goes to standard output."""
        return self.out == STANDARD_OUTPUT

    @property
    def target(self) -> Path:
        """The file that is written, or that whoever reads standard output may write."""
        return Path("next.yaml") if self.is_printed else self.out


def promote_picks(args: PromoteArgs, printer: Printer) -> None:
    """Write the manifest of the picked jobs and tell what it costs.

    Raises:
        UsageError: the target may not be written, or no pick is taken.
        UnknownToolError: there is no such tool.
        ManifestError: the manifest or the picks file has problems.
        LockfileError: the lockfile cannot be read.
        PromotionError: the settings do not suit the jobs.
        RetiredToolError: a tool is gone.
    """
    _check_target(args)
    settings = read_settings(args.settings)
    batch = loader_for(args.tools_dirs, simulated=args.simulated).load(args.manifest)
    if args.tool_type:
        batch.catalog.get(args.tool_type)
    picks = read_picks(args.picks)
    choice = choose(picks, min_rating=args.min_rating)
    lockfile = batch.read_lockfile()
    batch = batch.at(lockfile)
    promotion = _promotion_of(batch, lockfile, picks, choice, args)
    provenance = Provenance(
        manifest=batch.manifest.file,
        picks="standard input" if is_stream(args.picks) else args.picks.name,
        target=args.target.name,
        choice=choice,
        settings=settings,
        simulated=args.simulated,
        tool_type=args.tool_type,
    )
    text = _text_of(promotion, provenance, batch, args)
    printer.info(f"{provenance.choice.count}: {provenance.choice.reason}")
    for notice in promotion_notices(promotion, provenance):
        printer.info(f"notice: {notice}")
    if args.is_printed:
        printer.output_file(text.encode())
    else:
        write_new(args.out, text)
        _tell(args, provenance, promotion, printer, batch.credit_price)


def _promotion_of(
    batch: Batch, lockfile: Lockfile, picks: Picks, choice: Choice, args: PromoteArgs
) -> Promotion:
    """Find the picked jobs, set what is asked for, and follow their files to where they lie now."""
    jobs, stages = batch.expansion.jobs, batch.expansion.stages
    results = batch.layout.output_name(batch.manifest.output.dir)
    finder = Finder(jobs, lockfile, folder=results, waiting=stages.waiting if stages else ())
    origins = find_origins(picks, choice.taken, finder)
    settings = read_settings(args.settings)
    promotion = promote(origins, settings, batch.catalog, lockfile, tool_type=args.tool_type)
    refuse_retired((job.tool_type for job in promotion.jobs), batch.catalog, batch.manifest.file)
    return PresentFiles(jobs, DiskTree(batch.manifest.path.parent), results=results).follow(promotion)


def _text_of(promotion: Promotion, provenance: Provenance, batch: Batch, args: PromoteArgs) -> str:
    """Write the manifest, and prove that it asks for these very jobs."""
    folder = batch.manifest.path.parent
    relocation = Relocation(source=folder, target=folder if args.is_printed else args.out.parent)
    relocation.check(promotion)
    first = MODELINE if (relocation.target / SCHEMA_NAME).is_file() else ""
    text = first + write_manifest(draft_of(promotion, provenance, _run_of(batch), relocation))
    prove(text, promotion, relocation.target / args.target.name, batch.catalog)
    return text


def _check_target(args: PromoteArgs) -> None:
    """Refuse a target before anything is done that takes time.

    Raises:
        UsageError: the manifest may not be written there, or two things would be printed.
    """
    if not args.is_printed:
        check_new_manifest(args.out)
    elif args.as_json:
        raise UsageError("-o - prints the manifest: leave --json out, or name a file")


def _run_of(batch: Batch) -> JsonObject:
    """Take the options of a run as the manifest has them, and none that it leaves open."""
    match batch.manifest.document.data:
        case {"run": dict(run)}:
            return run
        case _:
            return {}


def _tell(
    args: PromoteArgs,
    provenance: Provenance,
    promotion: Promotion,
    printer: Printer,
    price: CreditPrice | None,
) -> None:
    lock = lock_path_of(args.out, simulated=False)
    if lock.exists():
        printer.info(f"notice: {lock} is there already: what it spent counts against the new budget")
    if args.as_json:
        print_json(
            {
                "version": 1,
                "manifest": str(args.out),
                "jobs": len(promotion.jobs),
                "credits": promotion.credits,
                "picks": {"taken": len(provenance.choice.taken), "of": provenance.choice.of},
                **priced(price),
            },
            printer,
        )
    else:
        jobs = counted(len(promotion.jobs), "job")
        printer.output(f"wrote {args.out}: {jobs}, {credits_in_words(promotion.credits, price)}")
    given = arguments_for(args.out, simulated=args.simulated, tools_dirs=args.tools_dirs)
    printer.info(f"next: sora2batch plan {given}")
