"""Every document that --json prints is of its schema, of every command of the table."""

from __future__ import annotations

import dataclasses
import inspect
import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fakes.exhibition import done, exhibit
from fakes.lock_entry import failed, in_doubt, rejected, submitted
from fakes.repository import commit
from fakes.served_report import ServedReport
from fakes.threaded_api import RICH, ThreadedApi
from sora2batch.cli.table import WORK, Work, resolve
from sora2batch.ground.schema import load_schema, schema_dir
from sora2batch.lockfile.entry import ErrorNote

SHOW = """\
version: 1
tool: sora2-image-to-video-api
budget: {max_credits: 5000}
defaults: {input: {mode: std, duration: 10, aspect_ratio: 16:9}}
jobs:
  hero:
    matrix: {animal: [fox, owl, cat, dog, hen, cow, elk, bee]}
    input: {prompt: "A {{ animal }}.", image: "https://samples.sora2batch.example/{{ animal }}.jpg"}
run: {poll_interval: 0.05}
"""
TIMES = {"submitted_at": "2026-11-22T09:00:00Z", "finished_at": "2026-11-22T09:03:00Z"}
CASES: Mapping[str, tuple[str, ...]] = {
    "validate": ("validate show.yaml", "validate bad.yaml", "validate axis.yaml"),
    "plan": (
        "plan show.yaml",
        "run show.yaml --dry-run",
        "plan show.yaml less.yaml",
        "plan show.yaml --base HEAD",
        "run show.yaml --fleet --dry-run",
    ),
    "run": (
        "run show.yaml --yes --no-wait",
        "run show.yaml --yes --no-wait --max-credits 1",
        "run show.yaml less.yaml --yes --no-wait",
    ),
    "status": ("status show.yaml", "status show.yaml less.yaml"),
    "status --ledger": ("status show.yaml --ledger",),
    "reconcile": ("reconcile show.yaml", "reconcile show.yaml --auto"),
    "verify": ("verify show.yaml",),
    "verify --look": ("verify show.yaml --look",),
    "verify --store": ("verify show.yaml --store",),
    "push": ("push show.yaml",),
    "pull": ("pull show.yaml",),
    "report": ("report show.yaml", "report show.yaml --sheet sheet.png"),
    "report --serve": ("report show.yaml --serve",),
    "reel": ("reel show.yaml --list", "reel show.yaml"),
    "promote": ("promote show.yaml --picks picks.json -o next.yaml",),
    "prune": ("prune less.yaml --dry-run", "prune less.yaml --yes"),
    "explain": ("explain show.yaml hero/fox", "explain less.yaml hero/fox"),
    "diff": (
        "diff show.yaml less.yaml",
        "diff show.yaml other.yaml",
        "diff show.lock.jsonl none.lock.jsonl",
    ),
    "fmt": ("fmt show.yaml --check",),
    "rules": ("rules", "rules unknown-key"),
    "tools": ("tools", "tools sora2-image-to-video-api"),
    "doctor": ("doctor", "doctor show.yaml"),
    "run --fleet": (
        "run show.yaml --fleet --yes --no-wait",
        "run show.yaml --fleet --yes --no-wait --max-credits 1",
    ),
    "run --queue": ("run show.yaml --yes",),
    "pull --fleet": ("pull show.yaml",),
    "doctor --queue": ("doctor", "doctor show.yaml"),
    "fleet status": ("fleet status", "fleet status show.yaml"),
    "fleet settle": ("fleet settle show.yaml", "fleet settle show.yaml --auto"),
    "fleet cancel": ("fleet cancel show.yaml", "fleet cancel show.yaml --select '*/bee'"),
}
"""Calls whose documents differ from each other, of every kind of work that has --json."""
FAILURES = ("plan bad.yaml", "status missing.yaml", "plan --concurrency 1", "tools no-such-tool")
DOCUMENTS = sorted(
    {work.document for work in WORK.values() if work.document} | {"failure", "manifests", "events"}
)


def taken_by(work: Work) -> set[str]:
    if work.arguments:
        return {field.name for field in dataclasses.fields(resolve(work.arguments))}
    return set(inspect.signature(resolve(work.function)).parameters)


def test_every_command_with_json_names_its_document_and_is_tried_here():
    with_json = {
        name for name, work in WORK.items() if "as_json" in taken_by(work) and "--format" not in name
    }
    assert {name for name, work in WORK.items() if work.document} == with_json
    assert CASES.keys() == with_json


def attempt_of(place, job):
    """One job of each kind."""
    look = (("black", "black for 9.8 of 10.0 s"),)
    kinds = [
        done(job),
        done(job, path="elsewhere.mp4"),
        submitted("task-cat", **TIMES),
        failed("task-dog", credits=420, error=ErrorNote(code=9, message="no"), **TIMES),
        rejected(error=ErrorNote(code="x", message="no such image")),
        in_doubt(credits=420, submitted_at=TIMES["submitted_at"]),
        done(job, outputs=tuple(one._replace(look=look) for one in done(job).outputs)),
    ]
    return kinds[place] if place < len(kinds) else None


@pytest.fixture
def show(folder, monkeypatch):
    exhibition = exhibit(folder, SHOW, attempt_of)
    (folder / "out/show/hero/stray.mp4").write_bytes(b"stray")
    (folder / "less.yaml").write_text(SHOW.replace("fox, owl, ", ""))
    (folder / "less.lock.jsonl").write_bytes((folder / "show.lock.jsonl").read_bytes())
    (folder / "out/less").symlink_to("show")
    (folder / "other.yaml").write_text(
        SHOW.replace("A {{ animal }}", "One {{ animal }}").replace("bee", "ant")
    )
    (folder / "none.lock.jsonl").write_text('{"lock_version":1,"manifest":"show.yaml"}\n')
    (folder / "bad.yaml").write_text(SHOW.replace("duration: 10", "duration: 12"))
    (folder / "axis.yaml").write_text(SHOW.replace("mode: std", 'mode: "{{ animal }}"'))
    (folder / "picks.json").write_text(json.dumps([{"key": exhibition.jobs[0].key}]))
    (folder / "bucket").mkdir()
    monkeypatch.setenv("SORA2BATCH_STORE", (folder / "bucket").as_uri())
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRICE", "0.0006 USD")
    return exhibition


@pytest.fixture
def api(monkeypatch) -> Iterator[None]:
    """An account that knows one task of nobody's; who asks for a task gets no answer."""
    row = {"id": "1", "task_type": "tool_sora2-image-to-video-api", "chat_id": None, "cost_credits": 400}
    rows = [
        {**row, "task_id": name, "create_time": "2026-11-22T09:00:01.300000Z"}
        for name in ("task-dog", "task-new")
    ]
    books = {"success": True, "errorMsg": "", "error_code": 0, "data": {"records": rows}}
    with ThreadedApi(
        {"query_account_status": RICH, "query_credits_usage": (200, json.dumps(books))}
    ) as server:
        monkeypatch.setenv("SORA2BATCH_API_URL", server.url)
        monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
        yield


def commit_another(folder) -> None:
    """Commit another manifest of this name, in which jobs are missing, have another name, are others."""
    now = (folder / "show.yaml").read_text()
    (folder / "show.yaml").write_text(
        now.replace("owl, cat", "owl, yak").replace("A {{ animal }}", "a {{ animal }}")
    )
    commit(folder, "show.yaml")
    (folder / "show.yaml").write_text(now)


def faults(document, name: str) -> list[str]:
    validator = Draft202012Validator(load_schema(f"{name}.schema.json"))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize(
    ("name", "line"), [(name, line) for name, lines in CASES.items() for line in lines], ids=lambda text: text
)
def test_a_document_is_of_its_schema(call, show, api, request, monkeypatch, name, line):
    if WORK[name].extra == "fleet" or "--fleet" in line:
        monkeypatch.setenv("SORA2BATCH_QUEUE", request.getfixturevalue("fleet_url"))
        call("run", "show.yaml", "--fleet", "--yes", "--no-wait", "--limit", "1")
    if "--serve" in line:
        with ServedReport(show.folder, "show.yaml") as served:
            assert faults(served.document, WORK[name].document) == []
        return
    if "--base" in line:
        commit_another(show.folder)
    ran = call(*shlex.split(line), "--json")
    document = ran.document
    if "manifests" in document:
        assert faults(document, "manifests") == []
        told = document["manifests"]
        assert len(told) == 2
    else:
        told = [document]
    assert [fault for one in told for fault in faults(one, WORK[name].document)] == []


@pytest.mark.parametrize("line", FAILURES)
def test_a_failure_is_of_its_schema_whatever_the_command(call, show, line):
    ran = call(*shlex.split(line), "--json")
    assert ran.code == 2
    assert faults(ran.document, "failure") == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_one_and_says_what_everything_is(name):
    schema = load_schema(f"{name}.schema.json")
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:sora2batch:{name}:1"
    assert schema["description"]
    assert list(silent(schema, "$")) == []


def silent(schema, path: str) -> Iterator[str]:
    """Find the members of objects that nothing is said of, here or where they lead; sums are said of together."""
    for name, one in schema.get("properties", {}).items():
        is_a_sum = schema.get("description") and one.keys() <= {"type", "minimum", "$ref"}
        if not one.keys() & {"description", "$ref", "const"} and not is_a_sum:
            yield f"{path}.{name}"
        yield from silent(one, f"{path}.{name}")
    for name, one in schema.get("$defs", {}).items():
        yield from silent(one, f"{path}.$defs.{name}")
    if "items" in schema:
        yield from silent(schema["items"], f"{path}[]")


def test_what_is_called_the_same_is_the_same_in_every_schema():
    meanings = {}
    for name in DOCUMENTS:
        if name == "plan":  # it says more: it is a file as well
            continue
        for definition, meaning in load_schema(f"{name}.schema.json").get("$defs", {}).items():
            assert meanings.setdefault(definition, meaning) == meaning, f"{name}: {definition}"


def test_every_document_is_on_the_page():
    page = (Path(__file__).parents[2] / "docs/json.md").read_text(encoding="utf-8")
    assert [name for name in DOCUMENTS if f"| `{name}`" not in page] == []


def test_every_schema_can_be_printed(call):
    for name in DOCUMENTS:
        assert call("schema", name).out == (schema_dir() / f"{name}.schema.json").read_text()
