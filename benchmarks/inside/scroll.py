"""Open a gallery in a browser, scroll it, search it; and scroll a blank page in turn. Prints JSON.

Arguments: the browser, the page, how many rounds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-precise-memory-info")
_SECONDS = 120
_BLANK = '<!doctype html><main id="board" style="height:100vh;overflow:auto"><div class="card" style="height:%dpx"></div></main>'  # noqa: E501
_NOTE_FIRST_CARD = """
new MutationObserver((_, watcher) => {
  if (!document.querySelector(".card")) return;
  watcher.disconnect();
  requestAnimationFrame(() => setTimeout(() => (window.firstCard = performance.now())));
}).observe(document, { childList: true, subtree: true });
"""
_SCROLL = """
async () => {
  const board = document.getElementById("board");
  const next = () => new Promise(requestAnimationFrame);
  const frames = [];
  let long = 0;
  const watcher = new PerformanceObserver((list) => (long += list.getEntries().length));
  watcher.observe({ entryTypes: ["longtask"] });
  await next();
  let last = performance.now();
  for (let frame = 0; frame < 300; frame += 1) {
    const height = Math.max(1, board.scrollHeight - board.clientHeight);
    board.scrollTop = (frame * 240) % height;
    await next();
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  await new Promise((done) => setTimeout(done, 100));
  watcher.disconnect();
  frames.sort((one, other) => one - other);
  const at = (part) => frames[Math.min(frames.length - 1, Math.floor(part * frames.length))];
  return { middle: at(0.5), slow: at(0.95), worst: at(1), long, height: board.scrollHeight, first: window.firstCard, heap: performance.memory.usedJSHeapSize };
}
"""  # noqa: E501
_SEARCH = """
async (text) => {
  const field = document.querySelector("input[type=search]");
  const next = () => new Promise(requestAnimationFrame);
  await next();
  const start = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await next();
  await next();
  return performance.now() - start;
}
"""


def main() -> None:
    """Measure each page as often as is asked, in turn."""
    path, page, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        told = [_round(browser, page) for _ in range(rounds)]
    json.dump(told, sys.stdout)


def _round(browser: Browser, page: Path) -> dict[str, dict[str, float]]:
    ours = _scrolled(browser, page, is_searched=True)
    blank = page.with_name("blank.html")
    blank.write_text(_BLANK % ours["height"], encoding="utf-8")
    return {"page": ours, "blank": _scrolled(browser, blank, is_searched=False)}


def _scrolled(browser: Browser, path: Path, *, is_searched: bool) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(_SECONDS * 1000)
    page = context.new_page()
    page.add_init_script(_NOTE_FIRST_CARD)
    page.goto(path.as_uri())
    page.wait_for_function("window.firstCard > 0")
    found: dict[str, float] = page.evaluate(_SCROLL)
    if is_searched:
        found |= {"search": page.evaluate(_SEARCH, "1"), "letter": page.evaluate(_SEARCH, "12")}
    context.close()
    return found


if __name__ == "__main__":
    main()
