"""Make the pictures of the guides from a simulated run of the quickstart, as a reader would see them."""  # noqa: INP001

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
MANIFEST = "quickstart.yaml"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_QUALITY = 82


def program(folder: Path, *words: str) -> None:
    """Call the program in a folder."""
    command = [sys.executable, "-m", "sora2batch", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


@contextmanager
def page_of(path: Path) -> Iterator[Page]:
    """Open the gallery in a browser, and wait until every clip on the screen has its picture."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page(viewport={"width": 1280, "height": 760}, bypass_csp=True)
        page.goto(path.resolve().as_uri())
        page.wait_for_function("!document.querySelector('.card canvas[data-blank]')")
        yield page


def keep(source: Path, name: str) -> None:
    """Put a picture where the guides find it, small."""
    with Image.open(source) as picture:
        picture.convert("RGB").save(PICTURES / f"{name}.webp", quality=_QUALITY, method=6)


def photograph(page: Page, folder: Path, name: str) -> None:
    """Keep what the browser shows."""
    shot = folder / f"{name}.png"
    page.screenshot(path=shot, animations="disabled")
    keep(shot, name)


def photograph_gallery(folder: Path) -> None:
    """Keep the page, and two of its clips under one slider."""
    with page_of(folder / "quickstart.sim.report.html") as page:
        photograph(page, folder, "gallery")
        for card in page.locator(".card").all()[:2]:
            card.focus()
            page.keyboard.press("c")
        page.keyboard.press("w")
        page.wait_for_function("document.querySelectorAll('dialog[open] canvas, dialog[open] video').length")
        page.wait_for_function(
            "[...document.querySelectorAll('dialog[open] video')].every((one) => one.readyState >= 2)"
        )
        photograph(page, folder, "slider")


def photograph_reel(folder: Path) -> None:
    """Keep a frame from the middle of a reel."""
    with av.open(str(folder / "reel.mp4")) as reel:
        frames = list(reel.decode(video=0))
    frame = folder / "reel.png"
    frames[len(frames) // 2].to_image().save(frame)
    keep(frame, "reel")


def main() -> None:
    """Make all of them anew."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(HERE.parent / "manifests" / MANIFEST, folder)
        program(folder, "run", MANIFEST, "--simulate", "--yes")
        program(folder, "report", MANIFEST, "--simulate", "--sheet", "sheet.png")
        program(folder, "reel", MANIFEST, "--simulate", "--grid", "place,camera", "-o", "reel.mp4")
        keep(folder / "sheet.png", "sheet")
        photograph_gallery(folder)
        photograph_reel(folder)


if __name__ == "__main__":
    main()
