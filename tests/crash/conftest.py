"""The real program in real processes, and an API that remembers what was paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from fakes.campaign import Campaign, tools_dir
from fakes.folder_server import folder_server
from fakes.program import Template
from fakes.service import Service


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    """Started once: the children are forked from it."""
    with Template() as template:
        yield template


@pytest.fixture
def begin(template: Template, tmp_path: Path) -> Iterator[Callable[..., Campaign]]:
    """Make campaigns, each with a folder, an API and a ledger of its own."""
    with ExitStack() as stack:
        tools = tools_dir(tmp_path)
        files_url = cache(lambda: stack.enter_context(folder_server(tmp_path)))

        def begin(
            name: str = "campaign", *, speed: float = 1000.0, has_pictures: bool = False, **more: object
        ) -> Campaign:
            if has_pictures:
                more["files_url"] = files_url()
            service = stack.enter_context(Service(tools, speed=speed))
            return Campaign(tmp_path / name, template, service, tools, **more)

        yield begin
