"""A small batch of pictures, and an API that remembers what was paid for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import sora2batch
from fakes.campaign import tools_dir
from fakes.service import TOOL, Service

KEY = "sk-never-to-be-seen"
MANIFEST = f"""\
version: 1
tool: {TOOL}
budget: {{max_credits: 10000}}
jobs:
  hero:
    matrix: {{animal: [ant, bee, cow, doe, eel, fox]}}
    input: {{prompt: "A {{{{ animal }}}}."}}
run: {{poll_interval: 0.05, submit_concurrency: 2}}
"""


@dataclass(frozen=True)
class Studio:
    """A manifest of six jobs of 100 credits, and the service that is paid."""

    service: Service
    manifest: Path
    tools: Path

    def load(self, **options: object) -> sora2batch.Batch:
        return sora2batch.load(self.manifest, tools_dirs=self.tools, **options)

    @property
    def paid(self) -> Counter[str]:
        """How often each prompt was paid for."""
        return Counter(charge.prompt for charge in self.service.charges())


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    tools = tools_dir(tmp_path)
    (tmp_path / "batch").mkdir()
    monkeypatch.chdir(tmp_path / "batch")
    Path("small.yaml").write_text(MANIFEST)
    with Service(tools) as service:
        monkeypatch.setenv("SJINN_API_KEY", KEY)
        monkeypatch.setenv("SORA2BATCH_API_URL", service.url)
        yield Studio(service, Path("small.yaml"), tools)
