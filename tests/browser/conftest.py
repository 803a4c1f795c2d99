"""A real browser that opens pages from disk, and fails a test when a page errs or wants the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from fakes.exhibition import Exhibition
from sora2batch.cli.main import main

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

LONGEST_MS = 30_000
"""Until a page shows what it is to show; the machine may have much to do."""

Open = Callable[..., Page]


def pytest_collection_modifyitems(items) -> None:
    """Keep the tests of one browser together."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group(Path(item.path).stem))


def executable() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        message = f"no browser here: none of {', '.join(BROWSERS)}"
        pytest.fail(message) if "SORA2BATCH_NOTHING_SKIPPED" in os.environ else pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a module, closed before other tests begin: while it is open a loop runs in this thread."""
    path = executable()
    expect.set_options(timeout=LONGEST_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=list(FLAGS))


class Watch:
    """What a page did that it must not, and what it read."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.read: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        self.home = "file:"
        """Where pages may come from: the address of a server of ours, if the page is not from disk."""

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in self.forgiven):
            self.errors.append(message.text)

    def see(self, request: Request) -> None:
        self.read.append(request.url)
        if not request.url.startswith((self.home, "blob:", "data:")):
            self.errors.append(f"it asked the network for {request.url}")

    @property
    def clips(self) -> set[str]:
        return {url for url in self.read if url.endswith(".mp4")}


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def open_page(browser: Browser, watch: Watch) -> Iterator[Open]:
    """Open a file as somebody who double-clicked it would, or an address; its errors fail the test."""
    contexts = []

    def open_page(place: Path | str, *, width: int = 1280, height: int = 800, **settings) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LONGEST_MS)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("console", watch.hear)
        page.on("request", watch.see)
        page.on("dialog", lambda dialog: (watch.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        if isinstance(place, str):
            watch.home = place
        page.goto(place if isinstance(place, str) else place.as_uri())
        page.wait_for_selector(".card, .empty:not([hidden])")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watch.errors == []


@contextmanager
def arguments(*words: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["sora2batch", *map(str, words)])
        yield


@pytest.fixture
def report(capfd) -> Callable[..., Path]:
    """Call ``sora2batch report``."""

    def report(exhibition: Exhibition, *words: object) -> Path:
        with arguments("report", exhibition.manifest, *words), pytest.raises(SystemExit) as end:
            main()
        assert (end.value.code, capfd.readouterr().err) == (0, "")
        return exhibition.page

    return report
