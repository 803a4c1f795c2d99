"""The gallery of one batch, served to the person at this machine: picks are saved, a run is followed."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.watcher import BatchWatcher
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.process.signals import Terminated
from sora2batch.app.report.browser import start_browser
from sora2batch.app.report.report_live import LiveReport
from sora2batch.app.report.report_picks import gate_files
from sora2batch.app.report.report_view import base_of
from sora2batch.gallery.page.html import GENERATOR
from sora2batch.gallery_server.serve_gallery import serve_gallery
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.plainfile import is_stream
from sora2batch.ground.stop_reason import StopReason
from sora2batch.picks.picks_file import PicksFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeArgs:
    """The command line, as given."""

    manifest: Path
    picks: Path | None
    compare: str | None
    opens: bool
    port: int
    as_json: bool
    simulated: bool
    tools_dirs: tuple[Path, ...]


def serve_report(args: ServeArgs, printer: Printer) -> ExitCode:
    """Serve the page until Ctrl-C or SIGTERM; its address is the result, and goes to standard output.

    Raises:
        Sora2BatchError: the manifest, its lockfile or the picks file cannot be read, or the port is taken.
    """
    loader = loader_for(args.tools_dirs, simulated=args.simulated)
    batch = loader.load(args.manifest)
    picks_file = PicksFile(path=_picks_path(args, batch), manifest=batch.manifest.file)
    base, is_only = base_of(batch, args.compare, printer), args.picks is not None
    report = LiveReport(BatchWatcher(batch, loader), picks_file, base, is_only=is_only)
    host = _Host(args=args, batch=batch, picks=picks_file.path, printer=printer)
    try:
        run_loop(partial(serve_gallery, report, port=args.port, announce=host.announce))
    except KeyboardInterrupt:
        return StopReason.INTERRUPT.exit_code
    except Terminated:
        return StopReason.TERMINATE.exit_code
    finally:
        host.close()
    return ExitCode.DONE


def _picks_path(args: ServeArgs, batch: Batch) -> Path:
    """Choose where picks are saved.

    Raises:
        UsageError: not there.
    """
    path = args.picks or batch.layout.picks
    if is_stream(path):
        raise UsageError("picks cannot be saved there: with --serve, --picks names a file")
    if path.suffix.lower() == ".json":
        raise UsageError(f"picks are saved as YAML: {path} would no longer be JSON", hint="name a .yaml file")
    return path


class _Host:
    """Tells where the page is, and opens it."""

    def __init__(self, *, args: ServeArgs, batch: Batch, picks: Path, printer: Printer) -> None:
        self._args = args
        self._batch = batch
        self._picks = picks
        self._printer = printer
        self._browser: subprocess.Popen[bytes] | None = None

    def announce(self, url: str) -> None:
        """Print the address, and open it if that was asked for."""
        manifest = self._batch.manifest.file
        if self._args.as_json:
            told = {"gallery": url, "picks": str(self._picks)}
            print_json({"version": 1, "manifest": manifest, **told}, self._printer)
        else:
            self._printer.output(f"gallery: {url}")
            gates = () if self._args.picks else dict.fromkeys(gate_files(self._batch).values())
            folder = self._batch.manifest.path.parent
            for name in gates:
                self._printer.info(f"picks that the manifest asks for are saved in {folder / name}")
            self._printer.info(
                f"{'other ' if gates else ''}picks are saved in {self._picks}; Ctrl-C ends this"
            )
        if self._args.opens:
            self._open(url)

    def close(self) -> None:
        """Remove what only opened the page."""
        if self._args.opens:
            with suppress(OSError):
                self._batch.layout.opener.unlink()

    def _open(self, url: str) -> None:
        """Have a file lead the browser to the page: the arguments of a process can be seen by anybody."""
        path = self._batch.layout.opener
        try:
            _write_opener(path, url)
            self._browser = start_browser(path)
        except OSError:
            self._browser = None
        if self._browser is None:
            self.close()
            self._printer.info("no browser could be opened here: open the address above")


def _write_opener(path: Path, url: str) -> None:
    """Write a file that only its owner can read and that leads to the page.

    Raises:
        OSError: it cannot be written, or something else has its name.
    """
    with suppress(FileNotFoundError):
        if GENERATOR.encode() not in path.read_bytes():
            raise FileExistsError
        path.unlink()
    page = f'<!doctype html>{GENERATOR}<meta http-equiv="refresh" content="0; url={escape(url)}">\n'
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(page)
