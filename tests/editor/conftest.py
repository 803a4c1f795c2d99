"""One language server for all tests of this folder, and names for the texts that it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from fakes.language_server import LanguageServer, language_server

MANIFESTS = Path(__file__).parents[2] / "manifests"
"""The examples name their schema as ``../schemas/manifest.schema.json``."""


@pytest.fixture(scope="session")
def server() -> Iterator[LanguageServer]:
    with language_server() as server:
        yield server


@pytest.fixture(scope="session")
def new_path() -> Callable[[], Path]:
    """Name files beside the examples that only the editor knows."""
    numbers = count()
    return lambda: MANIFESTS / f"unsaved-{next(numbers)}.yaml"
