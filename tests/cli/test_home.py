"""The project has one home, and whoever names it names the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from fakes.repository import git
from sora2batch.app.program_version import HOME

ROOT = Path(__file__).parents[2]
NAME = HOME.removeprefix("https://github.com/")
OURS = re.compile(
    r"(?:github\.com|raw\.githubusercontent\.com|api\.github\.com/repos)/([\w.-]+/sora2batch)(?![\w-])"
    r"|(?<![\w/.])([\w.-]+/sora2batch)@"
    r"|--repo ([\w.-]+/sora2batch)\b"
)
HERE = Path(__file__).relative_to(ROOT).as_posix()


def texts():
    """Every text of the repository, by its name."""
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        path = ROOT / name
        if name not in {"", HERE} and path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_every_url_of_the_project_is_of_its_home():
    found = {
        name: {next(filter(None, match.groups())) for match in OURS.finditer(text)} for name, text in texts()
    }
    assert {name: named - {NAME} for name, named in found.items() if named - {NAME}} == {}
    assert {name for name, named in found.items() if named} >= {
        "pyproject.toml",
        "SECURITY.md",
        "docs/ci.md",
        "docs/ci/github-plan.yml",
        "docs/ci/github-run.yml",
        "docs/releasing.md",
        ".ci/release-notes",
        ".github/ISSUE_TEMPLATE/config.yml",
    }


def test_nothing_is_left_of_the_time_without_a_home():
    assert [name for name, text in texts() if "OWNER/" in text] == []


def test_the_urls_of_the_package_lead_into_the_home():
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert urls["Homepage"] == urls["Source"] == HOME
    assert all(url.startswith(HOME) for url in urls.values())
    for url in urls.values():
        if match := re.search(r"/(?:blob|tree)/main/(.*)", url):
            assert (ROOT / match[1]).exists(), url


def test_pages_that_are_named_by_their_url_are_there():
    for name, text in texts():
        for path in re.findall(rf"{re.escape(HOME)}/(?:blob|tree)/main/([\w./-]*\w)", text):
            assert (ROOT / path).exists(), (name, path)
        for form in re.findall(rf"{re.escape(HOME)}/issues/new\?template=([\w.]+)", text):
            assert (ROOT / ".github/ISSUE_TEMPLATE" / form).exists(), (name, form)
