"""The copied command, pasted into a shell in the page's folder: it finds manifest and picks, whatever their names."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from fakes.page_case import gallery_of
from sora2batch.gallery.page.html import render_page
from sora2batch.gallery.page.served import ServedPage

SHOW = """\
version: 1
name: show
tool: sora2-text-to-video-api
budget: {max_credits: 12000}
jobs:
  hero:
    matrix: {subject: [fox, owl]}
    input: {prompt: "a {{ subject }}"}
"""
SHELLS = [shell for shell in ("sh", "bash", "zsh") if shutil.which(shell)]


class Named(NamedTuple):
    """A manifest of any name, and where its page is to be."""

    manifest: Path
    page: Path


@pytest.fixture
def named(tmp_path):
    def named(name, page=None):
        manifest = tmp_path / "a campaign" / f"{name}.yaml"
        manifest.parent.mkdir()
        manifest.write_text(SHOW)
        return Named(manifest, page or manifest.with_suffix(".report.html"))

    return named


@pytest.fixture
def home(tmp_path):
    """A home with a folder of downloads and the program."""
    program = tmp_path / "home/bin/sora2batch"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sora2batch "$@"\n')
    program.chmod(0o700)
    (tmp_path / "home/Downloads").mkdir()
    return tmp_path / "home"


def paste(command, folder, home, shell="sh"):
    environment = {**os.environ, "HOME": str(home), "PATH": f"{home}/bin:{os.environ['PATH']}"}
    ran = subprocess.run(
        [shell, "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def download(page, home, name=None):
    """Mark the first, export it, and put it where a browser does."""
    page.locator(".card").first.focus()
    page.keyboard.press("f")
    page.keyboard.press("e")
    with page.expect_download() as event:
        page.get_by_role("button", name="Download").click()
    event.value.save_as(home / "Downloads" / (name or event.value.suggested_filename))


@pytest.fixture
def shown(report, open_page):
    return lambda named, *words: open_page(report(named, *words), accept_downloads=True)


def command(page):
    return page.locator(".steps code").inner_text()


@pytest.mark.parametrize("name", ["it's  a.b:c* $(touch taken) & ü", "-rf", "~fox", "=ls"])
def test_whatever_the_manifest_is_called_the_command_finds_it(named, home, shown, name):
    one = named(name)
    page = shown(one)
    download(page, home)
    for shell in SHELLS:
        paste(command(page), one.manifest.parent, home, shell)
        made = one.manifest.with_name("next.yaml")
        assert "mode: pro" in made.read_text()
        made.unlink()
    assert not one.manifest.with_name("taken").exists()
    expect(page.locator(".steps")).to_contain_text(f"folder of this page, {one.manifest.parent}:")


def test_a_page_that_lies_elsewhere_leads_back_to_the_manifest(named, home, shown, tmp_path):
    page_folder = tmp_path / "web/pages"
    page_folder.mkdir(parents=True)
    one = named("it's", page_folder / "index.html")
    page = shown(one, "-o", one.page)
    download(page, home)
    paste(command(page), page_folder, home)
    assert one.manifest.with_name("next.yaml").exists()


def test_the_name_that_the_browser_gave_can_be_said(named, home, shown):
    one = named("show")
    page = shown(one)
    download(page, home, "show.picks (1).yaml")
    expect(page.locator(".steps")).to_contain_text("show.picks (1).yaml")
    page.get_by_label("Picks file").fill("~/Downloads/show.picks (1).yaml")
    assert "--picks ~/'Downloads/show.picks (1).yaml' " in command(page)
    paste(command(page), one.manifest.parent, home)
    assert one.manifest.with_name("next.yaml").exists()


def test_what_is_copied_is_what_is_shown(named, shown, home):
    page = shown(named("a  'b'"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    download(page, home)
    page.get_by_role("button", name="Copy command").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('sora2batch')")
    assert page.evaluate("navigator.clipboard.readText()") == command(page)


def test_of_a_page_that_is_served_the_command_takes_what_is_saved(tmp_path, open_page, watch):
    watch.forgiven = (
        "Access to fetch",
        "Fetch API cannot load",
        "Failed to load resource",
        "ERR_FAILED",
    )  # its server is not there
    served = ServedPage(picks="-a b.picks.yaml", version=0, edition="")
    (tmp_path / "page.html").write_bytes(render_page(gallery_of(), served))
    page = open_page(tmp_path / "page.html")
    page.locator(".card").first.focus()
    page.keyboard.press("f")
    page.keyboard.press("e")
    assert "--picks './-a b.picks.yaml' " in command(page)
    expect(page.locator(".steps")).to_contain_text("saved as -a b.picks.yaml in the folder of the manifest")
    expect(page.get_by_label("Picks file")).to_have_count(0)
