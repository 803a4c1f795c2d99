"""A host of files without a network: fetches to the disk what it holds in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from fakes.footage import mp4
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.downloader import ExpiredUrl
from sora2batch.sjinn.part import Part, PartFile, make_folder, part_path

MP4 = mp4()


class FileHost:
    """Bytes by URL; a URL that is not known has expired."""

    def __init__(self, files: Mapping[str, bytes | DownloadError], *, extension: str | None = "mp4") -> None:
        self.files = dict(files)
        self.extension = extension
        self.fetched: list[str] = []

    async def fetch_part(self, url: str, target: Path, *, root: Path) -> Part | ExpiredUrl:
        self.fetched.append(url)
        found = self.files.get(url)
        if found is None:
            return ExpiredUrl("files.test answered HTTP 403")
        if isinstance(found, DownloadError):
            raise found
        make_folder(target, root)
        with PartFile(part_path(target)) as file:
            for start in range(0, len(found), 7):
                file.append(found[start : start + 7])
                await asyncio.sleep(0)
            file.save()
            return file.finish(self.extension)
