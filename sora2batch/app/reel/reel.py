"""Finished clips of one batch, cut together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Display
from sora2batch.app.process.signals import Terminated
from sora2batch.app.reel.reel_choice import Found, ReelChoice, Skipped, files_of, wanted_jobs
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import ExitCode, UsageError, gravest
from sora2batch.ground.output_file import STANDARD_OUTPUT, check_target
from sora2batch.ground.terminal_width import isolated, padded, width_of
from sora2batch.ground.text import counted
from sora2batch.reel.clip_facts import Unusable, examine_clip
from sora2batch.reel.edit_list import EditList, Footage, footage_of
from sora2batch.reel.frame_text import typesetter
from sora2batch.reel.make import make_reel
from sora2batch.reel.parts import Parts
from sora2batch.reel.reel_error import ReelError
from sora2batch.reel.reel_file import reels_of
from sora2batch.reel.reel_settings import Part, ReelSettings, read_seconds, read_size
from sora2batch.reel.timeline import make_edit_list


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelArgs:
    """The command line, as given."""

    manifest: Path
    output: Path | None
    picks: Path | None
    min_rating: int | None
    select: tuple[str, ...]
    where: tuple[str, ...]
    order: str | None
    length: str | None
    seconds: str | None
    part: str
    stills: str
    fade: str | None
    titles: bool
    sound: bool
    size: str | None
    grid: str | None
    only_list: bool
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]

    @property
    def choice(self) -> ReelChoice:
        """What says which clips."""
        grid = tuple(_words(self.grid or ""))
        return ReelChoice(self.picks, self.min_rating, self.select, self.where, self.order, grid)


def make(args: ReelArgs, printer: Display) -> ExitCode:
    """Write the reel, and tell what is in it and what is not.

    Raises:
        Sora2BatchError: no clip can be used, or it cannot be written.
    """
    settings = _settings_of(args)
    batch = loader_for(args.tools_dirs, simulated=args.simulated).load(args.manifest)
    target = args.output or batch.layout.reel
    place = None if args.only_list else _checked(target, batch)
    wanted = wanted_jobs(batch, batch.read_lockfile(), args.choice)
    files, skipped, unfinished = files_of(wanted, batch, are_picked=args.picks is not None)
    footage, unusable = _examined(files, printer)
    skipped += unusable
    if not footage:
        _tell_skipped(skipped, printer)
        raise _nothing_left(batch, skipped)
    torn = _tell_torn(footage, printer)
    edit = make_edit_list(batch.manifest.file, footage, settings)
    skipped += _left_out(footage, edit)
    if place:
        _encode(edit, place, printer)
        for notice in typesetter().notices():
            printer.info(notice)
    if unfinished and args.picks is None:
        printer.info(
            f"{unfinished:,} of {counted(len(wanted), 'job')} are not finished, so they are not in it"
        )
    _tell_skipped(skipped, printer)
    _tell(edit, skipped, None if args.only_list else target, args, printer)
    return gravest({one.exit_code for one in skipped} | ({ExitCode.FAILED} if torn else set()))


def _settings_of(args: ReelArgs) -> ReelSettings:
    return ReelSettings(
        length=_positive(args.length, "--length"),
        each=_positive(args.seconds, "--seconds"),
        stills=_positive(args.stills, "--stills") or Fraction(3),
        part=Part(args.part),
        fade=read_seconds(args.fade, "--fade") if args.fade else Fraction(0),
        titles=args.titles,
        sound=args.sound,
        size=read_size(args.size) if args.size else None,
        grid=None if args.grid is None else tuple(_words(args.grid)),
    )


def _words(text: str) -> Iterator[str]:
    return (one.strip() for one in text.split(",") if one.strip())


def _positive(text: str | None, option: str) -> Fraction | None:
    if text is None:
        return None
    seconds = read_seconds(text, option)
    if not seconds:
        raise UsageError(f"{option} {text}: that is no time at all")
    return seconds


def _checked(target: Path, batch: Batch) -> Path:
    """Refuse a target before anything is done that takes time."""
    if target == STANDARD_OUTPUT:
        raise UsageError("-o -: a reel is a file", hint="name one, such as reel.mp4")
    if target.suffix.lower() not in {".mp4", ".m4v"}:
        raise UsageError(f"{target}: a reel is an MP4", hint="name it something.mp4")
    return check_target(target, reels_of(batch.manifest.file))


def _examined(files: Sequence[Found], printer: Display) -> tuple[list[Footage], list[Skipped]]:
    footage: list[Footage] = []
    skipped: list[Skipped] = []
    with printer.work("looking", len(files)) as advance:
        for one in files:
            facts = examine_clip(one.path)
            if isinstance(facts, Unusable):
                skipped.append(Skipped(one.key, facts.reason))
            else:
                footage.append(Footage(key=one.key, path=one.path, labels=one.labels, facts=facts))
            advance(1)
    return footage, skipped


def _nothing_left(batch: Batch, skipped: Sequence[Skipped]) -> ReelError | UsageError:
    if skipped:
        return ReelError(
            f"{batch.manifest.file}: none of its clips can be used",
            hint=f"`sora2batch download {batch.arguments}` fetches what is missing",
        )
    hint = f"`sora2batch status {batch.arguments}` says where its jobs stand"
    return UsageError(f"{batch.manifest.file} has no finished clip to cut", hint=hint)


def _left_out(footage: Iterable[Footage], edit: EditList) -> list[Skipped]:
    """Name the clips that have no place on the axes of a grid."""
    seen = {one.path for one in footage_of(edit.scenes)}
    reason = "it has no place on the axes of the grid"
    return [Skipped(one.key, reason, ExitCode.DONE) for one in footage if one.path not in seen]


def _tell_torn(footage: Iterable[Footage], printer: Display) -> bool:
    """Tell of clips that end before their time; they are shown as far as they go."""
    torn = [one for one in footage if one.facts.is_torn]
    for one in torn:
        there, promised = float(one.facts.seconds), float(one.facts.promised)
        printer.error(f"cut short: {isolated(one.key)}: only {there:.1f} of {promised:.1f} s can be read")
    return bool(torn)


def _encode(edit: EditList, place: Path, printer: Display) -> None:
    try:
        with printer.work("encoding", edit.frames) as advance:
            make_reel(edit, place, advance)
    except (KeyboardInterrupt, Terminated):
        kept = Parts.beside(place).folder
        printer.error(f"what was encoded is kept in {kept}: the same command goes on from there")
        raise


def _tell_skipped(skipped: Iterable[Skipped], printer: Display) -> None:
    for one in skipped:
        printer.error(f"left out: {isolated(one.key)}: {one.reason}")


def _tell(
    edit: EditList, skipped: Sequence[Skipped], target: Path | None, args: ReelArgs, printer: Display
) -> None:
    if args.as_json:
        print_json(_document(edit, skipped, target), printer)
        return
    if target is None:
        printer.output("\n".join(_lines(edit)))
    clips = counted(len(footage_of(edit.scenes)), "clip")
    form = edit.format
    told = f"{clips}, {_clock(edit.seconds)}, {form.width}x{form.height} at {float(form.rate):g} a second"
    printer.output(f"wrote {target}: {told}" if target else told)


def _lines(edit: EditList) -> list[str]:
    """Write what is seen when: the moment, how long, which clips."""
    keys = [", ".join(isolated(one.footage.key) for one in scene.placed) for scene in edit.scenes]
    longest = max(map(width_of, keys))
    times = zip(edit.starts, edit.scenes, keys, strict=True)
    rate = edit.format.rate
    return [
        f"{_clock(at / rate):>8}  {padded(key, min(longest, 60))}  {float(scene.frames / rate):6.2f} s"
        f"  from {float(scene.start):.2f} s"
        for at, scene, key in times
    ]


def _document(edit: EditList, skipped: Sequence[Skipped], target: Path | None) -> JsonObject:
    rate = edit.format.rate
    scenes: list[JsonValue] = [
        {
            "at": round(float(at / rate), 3),
            "seconds": round(float(scene.frames / rate), 3),
            "from": round(float(scene.start), 3),
            "title": scene.title,
            "keys": [one.footage.key for one in scene.placed],
        }
        for at, scene in zip(edit.starts, edit.scenes, strict=True)
    ]
    return {
        "version": 1,
        "manifest": edit.manifest,
        "file": str(target) if target else None,
        "bytes": target.stat().st_size if target else None,
        "seconds": round(float(edit.seconds), 3),
        "width": edit.format.width,
        "height": edit.format.height,
        "rate": round(float(rate), 3),
        "scenes": scenes,
        "skipped": [{"key": one.key, "reason": one.reason} for one in skipped],
    }


def _clock(seconds: Fraction) -> str:
    """Write ``1:04.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"
