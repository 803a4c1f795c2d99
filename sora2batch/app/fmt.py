"""Manifests laid out anew: what they mean is compared before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.discover import manifests_among
from sora2batch.app.batch.source import find_sources
from sora2batch.app.config.settings import tools_dirs_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.edited_file import write_edited
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError, gravest
from sora2batch.ground.plainfile import read_plain_file, reason
from sora2batch.ground.problem import format_path
from sora2batch.ground.terminal_width import without_controls
from sora2batch.ground.text import counted, readable
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.formatting.edited_tree import EditedTree
from sora2batch.manifest.formatting.tidy import NotTidyError, tidied
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.source_text import decode
from sora2batch.manifest.tree import DiskTree, FileTree
from sora2batch.matrix.expand import expand


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FmtArgs:
    """The command line, as given."""

    manifests: tuple[Path, ...]
    """With *changed*, any files."""
    changed: bool
    check: bool
    as_diff: bool
    as_json: bool
    tools_dirs: tuple[Path, ...]

    @property
    def paths(self) -> Sequence[Path]:
        """The manifests and folders that are meant."""
        return manifests_among(self.manifests) if self.changed else self.manifests

    @property
    def writes(self) -> bool:
        """Whether files are written at all."""
        return not (self.check or self.as_diff)


class _Laid(NamedTuple):
    """One manifest, before and after."""

    path: Path
    before: bytes
    after: bytes

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def fmt(args: FmtArgs, printer: Printer) -> ExitCode:
    """Lay manifests out anew; one that cannot be does not keep the others from it.

    Raises:
        UsageError: a file is missing.
    """
    laid: list[_Laid] = []
    codes: set[ExitCode] = set()
    for source in find_sources(args.paths):
        try:
            one = lay_out(source.path, load_catalog(tools_dirs_for(source.path.parent, args.tools_dirs)))
            if args.writes and one.is_changed:
                _write(one)
            laid.append(one)
        except Sora2BatchError as error:
            printer.failure(error)
            codes.add(error.exit_code)
    _show(args, laid, printer)
    if not args.writes and any(one.is_changed for one in laid):
        codes.add(ExitCode.FAILED)
    return ExitCode.USAGE if ExitCode.USAGE in codes else gravest(codes)


def lay_out(path: Path, catalog: Catalog) -> _Laid:
    """Lay one manifest out, and make sure that it asks for the very same jobs.

    Raises:
        ManifestError: it is no YAML, or no JSON.
        NotTidyError: the layout would change what it says.
        UsageError: it cannot be read.
    """
    file, before = path.as_posix(), _read(path)
    parse_document(before, file=file)
    after = tidied(decode(before, file=file), file=file).encode()
    if after != before:
        tree = DiskTree(path.parent)
        if _jobs(path, tree, catalog) != _jobs(path, EditedTree(tree, path.name, after), catalog):
            message = f"{file}: laid out anew it would ask for other jobs; it was left as it is"
            raise NotTidyError(message, hint="please report it with the file")
    return _Laid(path, before, after)


def _jobs(path: Path, tree: FileTree, catalog: Catalog) -> Sequence[object]:
    """Tell what a manifest comes to: keys, fingerprints and file names, or else what is wrong with it."""
    try:
        jobs = expand(load_manifest(path, tree=tree), catalog, tree).jobs
    except ManifestError as error:
        return sorted(f"{problem.rule} {format_path(problem.path)}" for problem in error.problems)
    return [(job.key, job.fingerprint, job.filename, job.credits) for job in jobs]


def _read(path: Path) -> bytes:
    try:
        return read_plain_file(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"the manifest {path.as_posix()} cannot be read: {reason(error)}") from error


def _write(one: _Laid) -> None:
    """Write a file, unless somebody has saved it meanwhile."""
    if _read(one.path) != one.before:
        raise UsageError(f"{one.path.as_posix()} has changed meanwhile; it was left as it is")
    write_edited(one.path, one.after)


def _show(args: FmtArgs, laid: Sequence[_Laid], printer: Printer) -> None:
    changed = [one for one in laid if one.is_changed]
    if args.as_json:
        files: list[JsonValue] = [
            {"file": readable(one.path.as_posix()), "changed": one.is_changed} for one in laid
        ]
        print_json({"version": 1, "written": args.writes, "files": files}, printer)
    elif args.as_diff:
        _show_patch([line for one in changed for line in _diff_lines(one)], printer)
    else:
        for one in changed:
            printer.output(readable(one.path.as_posix()))
    done = "laid out anew" if args.writes else "would be laid out anew"
    same = len(laid) - len(changed)
    printer.info(
        f"{counted(len(changed), 'manifest')} {done}, {same:,} as {'it is' if same == 1 else 'they are'}"
    )


def _show_patch(lines: Sequence[str], printer: Printer) -> None:
    """Print a patch byte for byte; only a terminal is kept from what would steer it."""
    if printer.is_terminal:
        printer.output_lines(map(without_controls, lines))
    elif lines:
        printer.output_file("".join(f"{line}\n" for line in lines).encode())


def _diff_lines(one: _Laid) -> Iterator[str]:
    name = readable(one.path.as_posix())
    before, after = map(_lines, (one.before, one.after))
    for line in unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""):
        yield from line.split("\n")


def _lines(raw: bytes) -> list[str]:
    *lines, last = raw.decode().split("\n")
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines
