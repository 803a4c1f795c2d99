"""The gallery of a batch as a file, for scripts."""

from __future__ import annotations

from pathlib import Path

from sora2batch.app.report.report_picks import ReportPicks
from sora2batch.app.report.report_view import PageLinks, ReportView
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.page_file import write_page
from sora2batch.ground.garbage import nothing_set_aside
from sora2batch.ground.option_words import in_script
from sora2batch.library.loading import FilePath, loaded
from sora2batch.library.public_batch import Batch


@nothing_set_aside()
@in_script()
def report(batch: Batch | FilePath, path: FilePath | None = None, *, simulate: bool | None = None) -> Path:
    """Write the gallery: one HTML file that plays every clip, for a browser; it sends nothing anywhere.

    Args:
        batch: what ``load`` returned, or a manifest.
        path: the file; an older gallery is written over. None is ``NAME.report.html`` beside the manifest.
        simulate: whether it is about simulated runs; None leaves it as the batch was loaded.

    Returns:
        Where it is.

    Raises:
        ManifestError: a manifest that is named has problems.
        LockfileError: the lockfile cannot be read.
        UsageError: something else than a gallery has that name, or it cannot be written.
    """
    internal = loaded(batch, simulate=simulate).internal
    page = internal.layout.report if path is None else Path(path).absolute()
    view = ReportView(batch=internal, lockfile=internal.read_lockfile())
    marks = ReportPicks(internal, None).read()
    write_page(page, render_page(view.gallery(PageLinks.between(page, internal), marks)))
    return page
