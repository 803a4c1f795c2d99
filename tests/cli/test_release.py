"""What a release is made by: the scripts of .ci, run for real in a clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

from fakes.repository import git
from sora2batch import __version__

ROOT = Path(__file__).parents[2]
NOTES = f"## [{__version__}] - "


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A clone of what the checkout holds now, all of it in one commit."""
    clone = tmp_path_factory.mktemp("release") / "source"
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    git(clone, "init", "-q")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "first")
    return clone


def script(clone, *words, code=0, **environment):
    """Run a script of the clone with the Python of these tests."""
    ran = subprocess.run(
        [clone / words[0], *words[1:]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHON": sys.executable, **environment},
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran


@pytest.fixture(scope="module")
def dist(source):
    ran = script(source, ".ci/dist")
    assert "the same bytes three times" in ran.stdout
    return source / "dist"


@pytest.fixture
def another(source, tmp_path):
    """A clone that may be spoiled."""
    git(tmp_path, "clone", "-q", source, tmp_path / "another")
    return tmp_path / "another"


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("release")]  # they share what was built


def test_the_wheel_has_what_belongs_into_it_and_nothing_else(source, dist):
    wheel = ZipFile(next(dist.glob("*.whl")))
    tracked = git(source, "ls-files", "--", "sora2batch", "schemas").splitlines()
    expected = {name if name.startswith("sora2batch/") else f"sora2batch/{name}" for name in tracked}
    info = f"sora2batch-{__version__}.dist-info"
    of_pip = {
        f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }
    assert set(wheel.namelist()) == expected | of_pip
    assert {
        "sora2batch/py.typed",
        "sora2batch/__init__.pyi",
        "sora2batch/app/completion.zsh",
        "sora2batch/schemas/manifest.schema.json",
        "sora2batch/schemas/tools/kling3-text-to-video-api.json",
    } <= expected
    assert {file.external_attr >> 16 & 0o777 for file in wheel.infolist()} == {0o644}


def test_wheel_and_sdist_hold_the_commit_and_when_it_was(source, dist):
    head = git(source, "show", "-s", "--format=%H %cs").strip()
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    assert ZipFile(wheel).read("sora2batch/commit.txt").decode().strip() == head
    with tarfile.open(sdist) as archive:
        prefix = f"sora2batch-{__version__}"
        assert archive.extractfile(f"{prefix}/sora2batch/commit.txt").read().decode().strip() == head
        assert {file.mtime for file in archive} == {int(git(source, "show", "-s", "--format=%ct"))}
        names = {name.removeprefix(f"{prefix}/") for name in archive.getnames()}
    tracked = set(git(source, "ls-files").splitlines())
    assert names - {"PKG-INFO"} <= tracked
    assert tracked - names == set()


def test_the_page_at_pypi_has_no_link_that_leads_nowhere(dist):
    wheel = ZipFile(next(dist.glob("*.whl")))
    metadata = message_from_bytes(wheel.read(f"sora2batch-{__version__}.dist-info/METADATA"))
    page = metadata.get_payload()
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert page.count("](") > 30
    assert page.count("](https://") == page.count("](")
    assert (
        f"(https://raw.githubusercontent.com/sora2batch/sora2batch/v{__version__}/docs/pictures/gallery.webp)"
        in page
    )


def test_what_is_not_committed_is_not_built(another):
    (another / "sora2batch/new.py").write_text("")
    assert "in no commit" in script(another, ".ci/dist", code=1).stderr
    assert not (another / "dist").exists()


def test_a_build_that_depends_on_when_or_where_it_runs_is_refused(another):
    hook = another / "hatch_build.py"
    hook.write_text(hook.read_text().replace("commit_text(commit)", "commit_text(commit) + self.root"))
    git(another, "commit", "-qam", "spoiled")
    assert "is not the same when it is built again" in script(another, ".ci/dist", code=1).stderr
    assert not (another / "dist").exists()


def test_the_list_of_parts_names_the_program_and_its_parts(dist, source, tmp_path, monkeypatch):
    """An installation without the network: pip is told to take nothing but the wheel."""
    monkeypatch.setenv("PIP_NO_DEPS", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    script(source, ".ci/sbom", tmp_path / "parts/sbom.json")
    found = json.loads((tmp_path / "parts/sbom.json").read_text())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    program = found["metadata"]["component"]
    assert (program["name"], program["version"], program["type"]) == (
        "sora2batch",
        __version__,
        "application",
    )
    assert "pip" not in {one["name"] for one in found.get("components", ())}


@pytest.fixture
def dated(another):
    """A clone whose changelog has the section of the version, with its day."""
    changelog = another / "CHANGELOG.md"
    head, _, rest = changelog.read_text().partition(NOTES)
    assert rest, "the changelog has a section of this version"
    changelog.write_text(f"{head}{NOTES}2026-12-24\n{rest.partition(chr(10))[2]}")
    return another


def test_the_notes_of_a_release_are_its_section_of_the_changelog(dated):
    notes = script(dated, ".ci/release-notes", f"v{__version__}").stdout
    assert "### Added" in notes
    assert "\n## " not in f"\n{notes}"
    assert "(docs/" not in notes
    assert f"/blob/v{__version__}/docs/" in notes


@pytest.mark.parametrize(
    ("tag", "change", "said"),
    [
        ("v9.9.9", (), "the tag is v9.9.9, but sora2batch/__init__.py says"),
        (__version__, (), f"the tag is {__version__}, but"),
        (f"v{__version__}", ("2026-12-24", "soon"), "ends in no date"),
        (f"v{__version__}", (NOTES, "## [0.0.9] - "), "has no section"),
    ],
)
def test_a_tag_that_fits_neither_version_nor_changelog_is_refused(dated, tag, change, said):
    changelog = dated / "CHANGELOG.md"
    if change:
        changelog.write_text(changelog.read_text().replace(*change))
    ran = script(dated, ".ci/release-notes", tag, code=1)
    assert said in ran.stderr
    assert ran.stdout == ""


def test_a_section_without_a_word_is_refused(dated):
    changelog = dated / "CHANGELOG.md"
    head, _, _ = changelog.read_text().partition(f"{NOTES}2026-12-24\n")
    changelog.write_text(f"{head}{NOTES}2026-12-24\n\n## [0.0.9] - 2026-01-01\n\nold\n")
    assert "is empty" in script(dated, ".ci/release-notes", f"v{__version__}", code=1).stderr


def test_the_release_at_github_has_notes_and_files(dated, tmp_path):
    (dated / "build").mkdir()
    (dated / "dist").mkdir()
    for name in ("dist/a.whl", "dist/a.tar.gz", "build/sbom.cdx.json"):
        (dated / name).write_text("x")
    (tmp_path / "bin").mkdir()
    called = tmp_path / "called"
    program = tmp_path / "bin/gh"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{called}"\n')
    program.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script(dated, ".ci/announce", f"v{__version__}", PATH=path)
    words = called.read_text().splitlines()
    assert words[:4] == ["release", "create", f"v{__version__}", "--verify-tag"]
    assert words[-3:] == ["dist/a.tar.gz", "dist/a.whl", "build/sbom.cdx.json"]
    assert "### Added" in (dated / words[words.index("--notes-file") + 1]).read_text()
