"""The wheel has all that is needed, away from the checkout; so has an editable installation."""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def wheel(tmp_path):
    """Built from a copy, so that nothing is left in the checkout."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("sora2batch", "schemas"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "hatch_build.py"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", tmp_path / "dist", source], check=True, cwd=tmp_path)
    return next((tmp_path / "dist").glob("*.whl"))


@pytest.fixture
def away(tmp_path, wheel):
    """A fresh environment with the wheel; its dependencies are borrowed, so nothing is downloaded."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(
        subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    )
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    # Not a .pth file in the borrowed folder itself: its own .pth would lead back to the checkout.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


@pytest.mark.slow
def test_a_wheel_works_away_from_the_checkout(tmp_path, wheel, away):
    names = set(ZipFile(wheel).namelist())
    shipped = {f"sora2batch/{path.relative_to(ROOT)}" for path in (ROOT / "schemas").rglob("*.json")}
    assert {"sora2batch/py.typed", "sora2batch/__init__.pyi"} <= names
    assert shipped <= names
    assert not [name for name in names if not name.startswith("sora2batch")]

    def output(*arguments):
        command = [away, "-m", "sora2batch", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    program = "import sora2batch; print(sora2batch.__file__)"
    found = subprocess.run([away, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert str(tmp_path) in found.stdout
    assert "kling3-text-to-video-api" in output("tools")
    manifest_schema = json.loads((ROOT / "schemas/manifest.schema.json").read_text())
    assert json.loads(output("schema", "manifest")) == manifest_schema
    output("init", "campaign.yaml")
    assert json.loads((tmp_path / "sora2batch.schema.json").read_text()) == manifest_schema
    output("report", "campaign.yaml")
    assert (tmp_path / "campaign.report.html").stat().st_size > 50_000, "the page's parts are in the wheel"


@pytest.mark.slow
def test_somebody_new_gets_on_with_a_wheel(tmp_path, away):
    """As on macOS and Windows, where nothing but this and some tests run: see docs/releasing.md."""
    command = [ROOT / ".ci/smoke", away, "-m", "sora2batch"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("6 completed") == 3
    assert ran.stderr.count("nothing to do: 6 finished") == 1
    assert ran.stdout.endswith("all is well\n")


def test_the_checkout_finds_its_schemas_too(call):
    manifest_schema = json.loads((ROOT / "schemas/manifest.schema.json").read_text())
    assert call("schema").document == manifest_schema
    assert "kling3-text-to-video-api" in call("tools").out
