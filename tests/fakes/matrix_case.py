"""Manifests and data files that live in memory, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fakes.problem_line import without_rule
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import MissingFileError
from sora2batch.matrix.expand import Expansion, expand
from sora2batch.matrix.stage import NO_RESULTS, Results

HEAD = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 100000}
"""


class MemoryTree:
    """Files by name; remembers what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.reads: list[str] = []

    def read(self, name: str) -> bytes:
        self.reads.append(name)
        if name not in self.files:
            raise MissingFileError(f'there is no file "{name}"')
        return self.files[name].encode()


def expand_text(
    text: str, *, catalog: Catalog | None = None, results: Results = NO_RESULTS, **files: str
) -> Expansion:
    """Expand a manifest without its head; ``shots_csv="..."`` is the data file ``shots.csv``."""
    tree = MemoryTree({"batch.yaml": HEAD + text, **{_name(key): value for key, value in files.items()}})
    manifest = load_manifest(Path("folder/batch.yaml"), tree=tree)
    return expand(manifest, catalog or load_catalog(), tree, results)


def problems_of(text: str, *, catalog: Catalog | None = None, **files: str) -> list[str]:
    """Expand a manifest that cannot be; tell each problem as a person reads it, lines counted without the head."""
    try:
        expand_text(text, catalog=catalog, **files)
    except ManifestError as error:
        return [_without_head(without_rule(problem)) for problem in error.problems]
    raise AssertionError("this manifest has no problem")


def prompts(expansion: Expansion) -> dict[str, object]:
    """Tell each job's prompt by its key."""
    return {job.key: job.input["prompt"] for job in expansion.jobs}


def _name(key: str) -> str:
    return ".".join(key.rsplit("_", 1))


def _without_head(problem: str) -> str:
    file, line, rest = problem.split(":", 2)
    shift = HEAD.count("\n") if file.endswith("batch.yaml") else 0
    return f"{Path(file).name}:{int(line) - shift}:{rest}"
