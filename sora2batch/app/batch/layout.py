"""The names of all files that belong to a batch: the only place where they are made up.

Of ``spring.yaml``: ``spring.lock.jsonl``, ``spring.journal.jsonl``, ``spring.report.html``,
``spring.picks.yaml``, ``spring.sheet.png`` and the output folder; of its simulated runs the same with
``.sim`` before the ending.
"""

from __future__ import annotations

from collections.abc import Iterator
from os.path import relpath
from pathlib import Path
from typing import NamedTuple

from sora2batch.lockfile.journal import LOCK_SUFFIX, journal_path

SIMULATED = ".sim"
"""How the name of what the simulator makes ends, before the ending."""
MANIFEST_ENDINGS = (".yaml", ".yml", ".json")
IGNORED = (
    "*.journal.jsonl",
    f"*{SIMULATED}{LOCK_SUFFIX}",
    "*.report.html",
    "*.reel.mp4",
    ".*.mp4.parts/",
    f"*{SIMULATED}.picks.yaml",
    f"*{SIMULATED}.sheet.png",
    "out/",
    f"*{SIMULATED}/",
)
"""What git should ignore: nothing of it is committed."""
ATTRIBUTES = (f"*{LOCK_SUFFIX} merge=union",)
"""What git should know: how lockfiles are merged."""


class BatchLayout(NamedTuple):
    """Where the files of one batch are, or would be."""

    manifest: Path
    simulated: bool

    @property
    def lockfile(self) -> Path:
        """``NAME.lock.jsonl`` beside the manifest."""
        return self._beside(LOCK_SUFFIX)

    @property
    def journal(self) -> Path:
        """``NAME.journal.jsonl``, while a run lasts or where one has died."""
        return journal_path(self.lockfile)

    @property
    def report(self) -> Path:
        """``NAME.report.html``: the gallery, unless another file is named for it."""
        return self._beside(".report.html")

    @property
    def picks(self) -> Path:
        """``NAME.picks.yaml``: where a served page saves picks, unless another file is named for it."""
        return self._beside(".picks.yaml")

    @property
    def opener(self) -> Path:
        """``NAME.served.report.html``: opens the page that is served, while it is."""
        return self._beside(".served.report.html")

    @property
    def reel(self) -> Path:
        """``NAME.reel.mp4``: clips cut together, unless another file is named for it."""
        return self._beside(".reel.mp4")

    @property
    def sheets(self) -> tuple[Path, ...]:
        """Where a contact sheet is looked for: ``NAME.sheet.png``, then ``sheet.png``."""
        own = self._beside(".sheet.png")
        return (own,) if self.simulated else (own, self.manifest.with_name("sheet.png"))

    @property
    def has_record(self) -> bool:
        """Whether anything was written down about the batch."""
        return self.lockfile.exists() or self.journal.exists()

    def output_folder(self, name: str) -> Path:
        """Find the folder of results that the manifest calls *name*, seen from here."""
        folder = self.manifest.parent / name
        if not self.simulated:
            return folder
        is_named = folder.name not in {"", ".."}
        return folder.with_name(f"{folder.name}{SIMULATED}") if is_named else folder / f"out{SIMULATED}"

    def output_name(self, name: str) -> str:
        """Name that folder as files of inputs are named: relative to the manifest's, with forward slashes."""
        return Path(relpath(self.output_folder(name), self.manifest.parent)).as_posix()

    def lockfiles_beside(self) -> Iterator[Path]:
        """Find the lockfiles of other batches in this folder, simulated ones apart from real ones."""
        mine = self.lockfile
        for path in sorted(mine.parent.glob(f"*{LOCK_SUFFIX}")):
            is_simulated = path.name.endswith(f"{SIMULATED}{LOCK_SUFFIX}")
            if path.name != mine.name and is_simulated is self.simulated:
                yield path

    def _beside(self, ending: str) -> Path:
        return self.manifest.with_name(f"{self.manifest.stem}{SIMULATED if self.simulated else ''}{ending}")


def lock_path_of(manifest: Path, *, simulated: bool) -> Path:
    """Find where the lockfile of a manifest is, or would be."""
    return BatchLayout(manifest=manifest, simulated=simulated).lockfile
