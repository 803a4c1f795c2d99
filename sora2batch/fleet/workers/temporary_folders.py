"""Folders for a worker's temporary files, and those of workers that are gone, which are swept.

They lie in one place; each has the name of its worker: so the database tells whose worker lives.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

from sora2batch.fleet.database.database import Database
from sora2batch.fleet.workers.worker_row import gone

_HEX_DIGITS = 12


def folder_place(database: Database) -> Path:
    """Tell where the folders of all workers of a fleet on this machine are."""
    name = sha256(f"{database.url.place}/{database.url.database}".encode()).hexdigest()[:_HEX_DIGITS]
    return user_cache_path("sora2batch") / "workers" / name


async def sweep(database: Database, place: Path, dead: timedelta) -> int:
    """Remove the folders of workers that have ended or are dead; tell how many."""
    folders = {int(one.name): one for one in _folders(place)}
    if not folders:
        return 0
    left = await gone(database, list(folders), dead)
    for worker in left:
        await asyncio.to_thread(shutil.rmtree, folders[worker], ignore_errors=True)
    return len(left)


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return [one for one in place.iterdir() if one.name.isdecimal() and one.is_dir()]
