"""From favourites to the next manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sora2batch.canonical import JsonObject
from sora2batch.cli.batch import Batch, loading
from sora2batch.cli.chatter import Chatter
from sora2batch.cli.document import print_json
from sora2batch.cli.result import echo
from sora2batch.errors import UsageError
from sora2batch.gallery.choose import Choice, choose, counted
from sora2batch.gallery.draft import Story, draft_of
from sora2batch.gallery.origin import Finder, Origin, find_origins
from sora2batch.gallery.picks import read_picks
from sora2batch.gallery.promote import Promotion, promote
from sora2batch.gallery.proof import prove
from sora2batch.gallery.setting import read_settings
from sora2batch.lockfile.disk import SystemDisk
from sora2batch.lockfile.error import SaveError
from sora2batch.lockfile.file import replace_file
from sora2batch.manifest.write import write_manifest
from sora2batch.plan.budget import refuse_retired
from sora2batch.plan.excerpt import one_line

_NOTICES = 5
_KEYS = 3
_KEY_ROOM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The command line, as given."""

    manifest: Path
    picks: Path
    settings: tuple[str, ...]
    min_rating: int | None
    out: Path
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]
    verbose: int
    quiet: bool


def promote_picks(flags: Flags) -> None:
    """Write the manifest of the picked jobs and tell what it costs.

    Raises:
        UsageError: the target may not be written, or no pick is taken.
        ManifestError: the manifest or the picks file has problems.
        LockfileError: the lockfile cannot be read.
        PromotionError: the settings do not suit the jobs.
        RetiredToolError: a tool is gone.
    """
    _check_target(flags.out)
    settings = read_settings(flags.settings)
    batch = loading(flags.tools_dirs, simulated=flags.simulated).load(flags.manifest)
    picks = read_picks(flags.picks)
    choice = choose(picks, min_rating=flags.min_rating)
    lockfile = batch.read_lockfile()
    origins = find_origins(picks, choice.taken, Finder(batch.expansion.jobs, lockfile))
    promotion = promote(origins, settings, batch.catalog, lockfile)
    refuse_retired((job.tool_type for job in promotion.jobs), batch.catalog, flags.manifest.name)
    story = Story(
        manifest=batch.manifest.file,
        picks=flags.picks.name,
        target=flags.out.name,
        choice=choice,
        settings=settings,
        simulated=flags.simulated,
    )
    text = write_manifest(draft_of(promotion, story, _run_of(batch)))
    prove(text, promotion, flags.out, batch.catalog)
    _write_new(flags.out, text)
    _tell(flags, choice, promotion)


def _check_target(out: Path) -> None:
    """Refuse a target before anything is done that takes time."""
    if out.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"{out}: name it something.yaml")
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.parent}")
    if out.exists() or out.is_symlink():
        raise _exists(out)


def _exists(out: Path) -> UsageError:
    return UsageError(f"{out} exists already", hint="name another file; nothing was changed")


def _run_of(batch: Batch) -> JsonObject:
    """Take the options of a run as the manifest has them, and none that it leaves open."""
    match batch.manifest.document.data:
        case {"run": dict(run)}:
            return run
        case _:
            return {}


def _write_new(out: Path, text: str) -> None:
    """Write a file that was not there, whole or not at all."""
    try:
        out.open("xb").close()  # the name is ours now, whoever else writes here
    except FileExistsError as error:
        raise _exists(out) from error
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror or error}") from error
    try:
        replace_file(out, text.encode(), disk=SystemDisk())
    except SaveError as error:
        with suppress(OSError):
            out.unlink()
        raise UsageError(error.message) from error


def _tell(flags: Flags, choice: Choice, promotion: Promotion) -> None:
    chatter = Chatter.of(flags.verbose, quiet=flags.quiet)
    chatter.say(f"{choice.count}: {choice.reason}")
    for notice in _notices(flags, promotion):
        chatter.say(f"notice: {notice}")
    if flags.as_json:
        print_json(
            {
                "version": 1,
                "manifest": str(flags.out),
                "jobs": len(promotion.jobs),
                "credits": promotion.credits,
                "picks": {"taken": len(choice.taken), "of": choice.of},
            }
        )
    else:
        jobs = counted(len(promotion.jobs), "job")
        echo(f"wrote {flags.out}: {jobs}, {promotion.credits:,} credits")
    chatter.say(f"next: sora2batch plan {flags.out}")


def _notices(flags: Flags, promotion: Promotion) -> Iterator[str]:
    yield from _merged(promotion)
    paid = [job.origins[0] for job in promotion.jobs if job.is_paid]
    if paid:
        world = " in the simulator" if flags.simulated else ""
        asked = "1 request was" if len(paid) == 1 else f"{len(paid):,} requests were"
        yield (
            f"{asked} paid for already{world} under {flags.manifest.name} ({_keys(paid)}); "
            f"running {flags.out.name} pays for new takes"
        )
    lock = flags.out.with_name(f"{flags.out.stem}.lock.jsonl")
    if lock.exists():
        yield f"{lock} is there already: what it spent counts against the new budget"


def _merged(promotion: Promotion) -> Iterator[str]:
    """Tell of picks that would send the same."""
    merged = [job for job in promotion.jobs if len(job.origins) > 1]
    for job in merged[:_NOTICES]:
        count = len(job.origins)
        yield (
            f"{count:,} picks are one request now, {job.name} ({_keys(job.origins)}); "
            f"`repeat: {count}` in the manifest makes {count:,} takes"
        )
    if len(merged) > _NOTICES:
        yield f"so are the picks of {counted(len(merged) - _NOTICES, 'further job')}"


def _keys(origins: Sequence[Origin]) -> str:
    """Name some of the jobs that were picked."""
    named = ", ".join(one_line(origin.key, _KEY_ROOM) for origin in origins[:_KEYS])
    return f"{named} and {len(origins) - _KEYS:,} more" if len(origins) > _KEYS else named
