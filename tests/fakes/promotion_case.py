"""Picks files and manifests in memory, and what is promoted from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fakes.building import job_of, lockfile_of
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.gallery.promotion.choose import choose
from sora2batch.gallery.promotion.draft import Provenance, draft_of
from sora2batch.gallery.promotion.make import Promotion, promote
from sora2batch.gallery.promotion.origin import Finder, find_origins
from sora2batch.gallery.promotion.setting import read_settings
from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Entry
from sora2batch.manifest.write import write_manifest
from sora2batch.picks.picks import Picks, read_picks

KLING = "kling3-text-to-video-api"


def picks_of(folder: Path, text: str) -> Picks:
    """Read picks from a file that is called picks.yaml."""
    path = folder / "picks.yaml"
    path.write_text(text, encoding="utf-8")
    return read_picks(path)


def picked(folder: Path, *entries: str) -> Picks:
    """Read picks whose entries are given as the inside of a YAML mapping: ``key: a, rating: 5``."""
    return picks_of(folder, "\n".join(["picks:", *(f"  - {{{entry}}}" for entry in entries)]))


def without_mode(name: str = "fox", *, tool_type: str = KLING, **more) -> Job:
    """A job of a tool that knows no mode."""
    return job_of(name, tool_type=tool_type)._replace(input={"prompt": f"a {name}", **more})


def promotion_of(
    picks: Picks,
    *jobs: Job,
    entries: Sequence[Entry] = (),
    settings: Sequence[str] = (),
    min_rating: int | None = None,
    catalog: Catalog | None = None,
) -> Promotion:
    """Promote picks of jobs and entries."""
    lockfile = lockfile_of(*entries)
    choice = choose(picks, min_rating=min_rating)
    origins = find_origins(picks, choice.taken, Finder(jobs, lockfile))
    return promote(origins, read_settings(settings), catalog or load_catalog(), lockfile)


def text_of(picks: Picks, promotion: Promotion, *, target: str = "next.yaml", **more) -> str:
    """Write the manifest of a promotion."""
    provenance = Provenance(
        manifest="spring.yaml",
        picks="picks.yaml",
        target=target,
        choice=choose(picks, min_rating=None),
        settings=read_settings(more.get("settings", ())),
        simulated=more.get("simulated", False),
    )
    return write_manifest(draft_of(promotion, provenance, more.get("run", {})))
