"""What scripts and notebooks hold: values, rows for pandas, tables in HTML."""

import ast
import json
import subprocess
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

import sora2batch
from fakes.exhibition import clip
from fakes.footage import png
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output, State
from sora2batch.plan import action  # the folder is still there, below the function of its name

ROOT = Path(__file__).parents[2]
HOSTILE = "</bdi><script>alert(1)</script><img src=x onerror=alert(2)> $x^2$ \u202eevil"
TAGS = {"div", "bdi", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "video", "img"}
ATTRIBUTES = {"class", "style", "controls", "preload", "poster", "src", "alt"}
MANIFEST = """\
version: 1
tool: nano-banana-image-api
budget: {max_credits: 1000}
jobs:
  hero:
    matrix: {animal: [fox, owl]}
    input: {prompt: %s}
"""


@pytest.fixture
def manifest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prompt = json.dumps(f"{HOSTILE} " + "{{ animal }}")
    Path("small.yaml").write_text(MANIFEST % prompt)
    return Path("small.yaml")


def finished(manifest, *, name="fox.png", message=None):
    """Write a lockfile in which the first job is done."""
    job = sora2batch.load(manifest).jobs[0]
    output = Output(path=name, sha256="0" * 64, bytes=3)
    attempt = Attempt(
        state=State.FAILED if message else State.COMPLETED,
        credits=50,
        task_id="task-1",
        outputs=() if message else (output,),
        error=ErrorNote(message=message) if message else None,
    )
    entries = [Entry.of(job, attempt)]
    Path("small.lock.jsonl").write_bytes(encode_lockfile(lockfile_of("small.yaml", entries)))


class Page(HTMLParser):
    """What a browser would make of HTML: tags with their attributes, and the text between them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def shown(html):
    """Read HTML in which a stranger's text must do nothing."""
    page = Page(html)
    assert set(page.tags) <= TAGS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert "\u202e" not in html
    assert 'class="tex2jax_ignore mathjax_ignore"' in html
    return page


def test_every_value_is_shown_without_obeying_what_strangers_wrote(manifest):
    finished(manifest, message=HOSTILE)
    batch = sora2batch.load(manifest)
    for value in (batch, batch.jobs, sora2batch.plan(batch), sora2batch.status(batch)):
        assert "<script>alert(1)" in shown(value._repr_html_()).text
    assert "hero/fox" in shown(sora2batch.read_lockfile(batch)._repr_html_()).text


def test_a_picture_is_shown_and_a_path_that_leads_out_is_not(manifest, tmp_path):
    (tmp_path / "out/small").mkdir(parents=True)
    (tmp_path / "out/small/fox.png").write_bytes(png())
    (tmp_path / "outside.png").write_bytes(png())
    finished(manifest)
    assert dict(shown(sora2batch.load(manifest)._repr_html_()).attributes)["src"].startswith(
        "data:image/jpeg;"
    )
    finished(manifest, name="../../outside.png")
    assert "img" not in shown(sora2batch.load(manifest)._repr_html_()).tags


def test_a_clip_plays_from_beside_the_notebook_whatever_its_name_is(manifest, tmp_path):
    name = """f"o'x <b>#1.mp4"""
    (tmp_path / "out/small").mkdir(parents=True)
    (tmp_path / "out/small" / name).write_bytes(clip(seconds=1))
    finished(manifest, name=name)
    page = shown(sora2batch.load(manifest)._repr_html_())
    assert dict(page.attributes)["poster"].startswith("data:image/jpeg;base64,")
    assert dict(page.attributes)["src"] == "out/small/f%22o%27x%20%3Cb%3E%231.mp4"


def test_what_is_printed_steers_no_terminal(manifest):
    Path("\x1b[2J.yaml").write_text(f"name: small\n{manifest.read_text()}")
    assert repr(sora2batch.load("\x1b[2J.yaml")) == "<Batch  [2J.yaml: 2 jobs>"


def test_the_files_of_a_job_are_found_by_its_key_or_its_status(manifest, tmp_path):
    finished(manifest)
    status = sora2batch.status(manifest)
    first, second = status.jobs
    assert status.paths(first) == status.paths("hero/fox") == (tmp_path / "out/small/fox.png",)
    assert status.paths(second) == ()
    with pytest.raises(KeyError):
        status.paths("hero/cat")


def test_rows_are_a_table_of_pandas(manifest):
    finished(manifest)
    batch = sora2batch.load(manifest)
    table = pd.DataFrame(sora2batch.status(batch).to_dicts())
    assert table.groupby("axis.animal").credits.sum().to_dict() == {"fox": 50, "owl": 50}
    assert list(table.state) == ["completed", "pending"]
    assert table.path[0] == str(Path.cwd() / "out/small/fox.png")
    plan = pd.DataFrame(sora2batch.plan(batch).to_dicts())
    assert list(plan.action) == ["download", "submit"]
    lockfile = sora2batch.read_lockfile(batch)
    assert pd.DataFrame(lockfile.to_dicts()).query("is_paid").credits.sum() == lockfile.spent == 50
    assert pd.DataFrame(sora2batch.expand(manifest).to_dicts()).credits.sum() == 100


def test_a_lockfile_is_read_by_its_name_or_by_what_it_belongs_to(manifest):
    assert sora2batch.read_lockfile(manifest).entries == {}
    with pytest.raises(sora2batch.UsageError, match="there is no lockfile"):
        sora2batch.read_lockfile("small.lock.jsonl")
    finished(manifest)
    found = [
        sora2batch.read_lockfile(one) for one in ("small.lock.jsonl", manifest, sora2batch.load(manifest))
    ]
    assert {one.manifest for one in found} == {"small.yaml"}
    assert [one.spent for one in found] == [50, 50, 50]
    assert isinstance(found[0], Lockfile)


def test_all_manifests_of_a_folder_are_loaded_or_all_their_problems_told(manifest, tmp_path):
    Path("other.yaml").write_text(manifest.read_text())
    found = sora2batch.load_all(tmp_path, "small.yaml", simulate=True)
    assert [(one.path.name, one.simulated) for one in found] == [("other.yaml", True), ("small.yaml", True)]
    for name in ("other.yaml", "small.yaml"):
        Path(name).write_text(manifest.read_text().replace("budget", "budgets"))
    with pytest.raises(sora2batch.ManifestError) as refused:
        sora2batch.load_all("small.yaml", "other.yaml")
    assert {Path(one.file).name for one in refused.value.problems} == {"other.yaml", "small.yaml"}


def test_slips_are_told_beside_errors(manifest):
    Path("good.yaml").write_text(manifest.read_text().replace(json.dumps(HOSTILE)[1:-1], "A"))
    assert sora2batch.validate("good.yaml") == ()
    Path("slip.yaml").write_text(manifest.read_text().replace(json.dumps(HOSTILE)[1:-1], "<<<<<<< A"))
    assert {one.level for one in sora2batch.validate(sora2batch.load("slip.yaml"))} == {
        sora2batch.Level.WARNING
    }
    manifest.write_text("nonsense")
    assert {one.level for one in sora2batch.validate(manifest)} == {sora2batch.Level.ERROR}


def test_a_batch_means_the_same_files_wherever_a_notebook_goes(manifest, tmp_path, monkeypatch):
    finished(manifest)
    batch = sora2batch.load("small.yaml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert sora2batch.read_lockfile(batch).spent == 50
    assert sora2batch.plan(batch).money.spent == 50


def test_a_batch_stays_what_was_read_and_what_was_paid_is_read_anew(manifest):
    batch = sora2batch.load(manifest)
    assert sora2batch.plan(batch).counts[sora2batch.Action.SUBMIT] == 2
    finished(manifest)
    manifest.write_text("nonsense")
    assert sora2batch.plan(batch).counts[sora2batch.Action.SUBMIT] == 1
    with pytest.raises(sora2batch.ManifestError) as refused:
        sora2batch.load(manifest)
    assert isinstance(refused.value.problems[0], sora2batch.Problem)


def test_a_plan_can_be_made_by_another_lockfile(manifest):
    batch = sora2batch.load(manifest)
    empty = sora2batch.read_lockfile(batch)
    finished(manifest)
    assert sora2batch.plan(batch, empty).counts[sora2batch.Action.SUBMIT] == 2
    assert sora2batch.plan(batch, sora2batch.read_lockfile(batch)).money == sora2batch.plan(batch).money


def test_nothing_is_written_by_what_only_reads(manifest, tmp_path):
    batch = sora2batch.load(manifest, simulate=True)
    for value in (batch, sora2batch.plan(batch), sora2batch.status(batch), sora2batch.read_lockfile(batch)):
        value._repr_html_()
        repr(value)
    assert list(tmp_path.iterdir()) == [tmp_path / "small.yaml"]


def test_a_long_table_says_how_much_more_there_is(manifest):
    Path("many.yaml").write_text(
        "version: 1\ntool: nano-banana-image-api\nbudget: {max_credits: 99999}\n"
        "jobs: {a: {repeat: 250, input: {prompt: x}}}\n"
    )
    assert "and 50 more: to_dicts() has all of them" in sora2batch.plan("many.yaml")._repr_html_()
    assert "and 226 more: report() writes a page" in sora2batch.load("many.yaml")._repr_html_()
    assert len(sora2batch.load("many.yaml").jobs[10:20]) == 10


def test_a_batch_is_shown_though_its_lockfile_cannot_be_read(manifest):
    Path("small.lock.jsonl").write_text("<<<<<<< ours\n")
    assert "small.lock.jsonl" in shown(sora2batch.load(manifest)._repr_html_()).text


def test_a_report_is_written_where_it_belongs(manifest, tmp_path):
    assert sora2batch.report(manifest) == tmp_path / "small.report.html"
    assert sora2batch.report(manifest, "page.html", simulate=True).is_file()
    with pytest.raises(sora2batch.UsageError):
        sora2batch.report(manifest, "small.yaml")


def test_the_package_itself_is_light_and_its_functions_hide_folders_of_their_name():
    program = """
import sys, importlib, warnings; before = set(sys.modules)
import sora2batch
print(sorted(set(sys.modules) - before))
import sora2batch.run.event, sora2batch.plan.action
print(sora2batch.plan.__name__, sora2batch.run.__name__, sora2batch.events.__name__)
print(sorted({"aiohttp", "av", "PIL", "jsonschema", "click", "rich"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["['sora2batch']", "plan run sora2batch.library.events", "[]"]
    assert action.Plan is not sora2batch.Plan
    assert callable(sora2batch.plan)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sora2batch.nonsense


def test_what_the_types_say_is_what_is_there():
    stub = ast.parse((ROOT / "sora2batch/__init__.pyi").read_text())
    typed = {
        alias.asname: getattr(import_module(node.module), alias.name, None)
        or import_module(f"{node.module}.{alias.name}")
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name: getattr(sora2batch, name) for name in sora2batch.__all__ if name != "__version__"} == typed
    names = next(ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign))
    assert sorted(sora2batch.__all__) == names
    assert set(sora2batch.__all__) <= set(dir(sora2batch))


def test_a_name_that_no_file_can_have_is_told(studio):
    for read in (sora2batch.load, sora2batch.read_lockfile, sora2batch.status):
        with pytest.raises(sora2batch.UsageError, match=r"a\\u0000b\.yaml: no file has such a name"):
            read("a\0b.yaml")


def test_a_job_is_shown_without_what_all_jobs_of_its_group_share(studio):
    """Else one job of a thousand rows is shown with all of them."""
    job = sora2batch.expand(studio.load())[0]
    assert repr(job).startswith(f"Job(key={job.key!r}, group={job.group!r}, ")
    assert "Column(" not in repr(job)
