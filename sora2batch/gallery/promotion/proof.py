"""The proof that the text of a manifest asks for what was promoted, and for nothing else."""

from __future__ import annotations

from pathlib import Path

from sora2batch.catalog.catalog import Catalog
from sora2batch.gallery.promotion.make import Promotion
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree, MissingFileError
from sora2batch.matrix.expand import expand


class WrongTextError(Exception):
    """The text says something else than the promotion: a bug of ours, never to be written to disk."""


class _WithText(DiskTree):
    """A folder as it stands, but for one text that is not written yet."""

    def __init__(self, root: Path, name: str, text: bytes) -> None:
        super().__init__(root)
        self._name = name
        self._text = text

    def read(self, name: str) -> bytes:
        """Read the text; no data file is asked for."""
        if name != self._name:
            raise MissingFileError(f'"{name}" is not there')
        return self._text


def prove(text: str, promotion: Promotion, path: Path, catalog: Catalog) -> None:
    """Load and expand a manifest's text in memory, and hold it against the promotion.

    Raises:
        WrongTextError: it is no valid manifest, or its jobs or budget are others.
    """
    tree = _WithText(path.parent, path.name, text.encode())
    try:
        manifest = load_manifest(path, tree=tree)
        jobs = expand(manifest, catalog, tree).jobs
    except ManifestError as error:
        raise WrongTextError(str(error)) from error
    asked = [(job.key, job.fingerprint, job.credits) for job in jobs]
    wanted = [(job.name, job.fingerprint, job.credits) for job in promotion.jobs]
    if asked != wanted or manifest.max_credits != promotion.credits:
        raise WrongTextError(f"{path.as_posix()} would not ask for what was promoted")
