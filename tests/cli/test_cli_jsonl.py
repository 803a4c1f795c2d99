"""``run --jsonl``: a line for each event, as it happens, whoever reads them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema_rs import validator_for

from sora2batch.ground.schema import load_schema

SORA2BATCH = [sys.executable, "-m", "sora2batch"]
VALID = validator_for(load_schema("events.schema.json"))


def lines_of(ran):
    lines = [json.loads(line) for line in ran.out.splitlines()]
    for line in lines:
        VALID.validate(line)
    return lines


def kinds(lines):
    return [line["event"] for line in lines]


def test_a_run_tells_each_step_of_each_job(call, manifest):
    ran = call("run", manifest, "--simulate", "--jsonl", "--no-download")
    lines = lines_of(ran)
    assert ran.code == 0
    assert (kinds(lines)[0], kinds(lines)[-1]) == ("planned", "ended")
    assert sorted(set(kinds(lines[1:-1])) - {"progress"}) == ["generated", "spent", "submitted"]
    assert {line["key"] for line in lines if line["event"] == "submitted"} == {"hero/fox", "hero/owl"}
    assert lines[-1]["exit_code"] == 0
    assert lines[-1]["summary"]["states"]["completed"] == 2
    assert "2/2 submitted" in ran.err


def test_several_manifests_each_begin_and_end(call, manifest, folder):
    (folder / "other.yaml").write_text(manifest.read_text().replace("fox", "cat"))
    lines = lines_of(call("run", manifest, "other.yaml", "--simulate", "--jsonl", "--limit", "0"))
    told = [(line["event"], line["manifest"]) for line in lines]
    assert told == [(kind, name) for name in ("small.yaml", "other.yaml") for kind in ("planned", "ended")]


def test_the_end_says_why_and_how_to_go_on(call, manifest):
    ran = call("run", manifest, "--yes", "--jsonl")
    (end,) = [line for line in lines_of(ran) if line["event"] == "ended"]
    assert (ran.code, end["exit_code"], end["error"]["code"]) == (2, 2, "usage")
    over = call("run", manifest, "--yes", "--jsonl", "--max-credits", "1", "--simulate")
    assert lines_of(over)[-1]["resume"]["command"][-2:] == ["--yes", "--jsonl"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [(["missing.yaml"], "there is no manifest"), (["--concurrency", "many", "x.yaml"], "is no whole number")],
)
def test_a_call_that_cannot_begin_is_one_line(call, flags, words):
    ran = call("run", *flags, "--jsonl")
    (line,) = lines_of(ran)
    assert (ran.code, line["event"], line["error"]["exit_code"]) == (2, "error", 2)
    assert words in line["error"]["message"]


def test_an_invalid_manifest_is_one_line_with_its_problems(call, manifest):
    manifest.write_text(manifest.read_text().replace("duration: 10", "duration: 12"))
    (line,) = lines_of(call("run", manifest, "--jsonl", "--yes"))
    assert line["problems"][0]["line"] == 4


@pytest.mark.parametrize("other", ["--json", "--dry-run"])
def test_it_does_not_go_with_documents(call, manifest, other):
    ran = call("run", manifest, "--simulate", "--jsonl", other)
    assert ran.code == 2
    assert other in ran.err


def test_lines_come_at_once_and_a_reader_that_goes_away_ends_no_run(manifest, folder, api):
    api("--speed", "60")
    command = [*SORA2BATCH, "run", str(manifest), "--yes", "--jsonl", "--no-download"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert json.loads(process.stdout.readline())["event"] == "planned"
        assert json.loads(process.stdout.readline())["event"] == "submitted"
        assert process.poll() is None
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 0
    assert "Broken" not in told
    status = subprocess.run([*SORA2BATCH, "status", str(manifest), "--json"], capture_output=True, check=True)
    assert json.loads(status.stdout)["summary"]["states"]["completed"] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_a_standard_output_that_takes_no_more_is_told_when_all_is_done(manifest, api):
    api()
    command = [*SORA2BATCH, "run", str(manifest), "--yes", "--jsonl", "--no-download"]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.count("standard output cannot be written") == 1
    assert "2/2 generated" in ran.stderr
