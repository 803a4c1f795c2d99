"""docs/fleet.md says what the program does: its numbers are the program's, its files can be used as they are."""

import re
import shlex
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from sora2batch.cli.main import cli
from sora2batch.fleet.database.database import SCHEMA
from sora2batch.fleet.submission.database_attempts import FENCE_SECONDS
from sora2batch.fleet.submission.lane_lease import LEASE_SECONDS
from sora2batch.fleet.workers.worker_settings import WorkerSettings
from sora2batch.reconcile.ledger_check import SETTLE

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "fleet.md").read_text()
COMPOSE = DOCS / "fleet/compose.yaml"
UNIT = DOCS / "fleet/sora2batch-worker.service"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(COMPOSE.read_text())


def can_be_given(words):
    with cli.make_context("sora2batch", list(words)) as context:
        name, command, rest = cli.resolve_command(context, list(words))
        command.make_context(name, rest, parent=context)


def test_the_times_on_the_page_are_those_of_the_program():
    settings = WorkerSettings()
    for told in (
        f"The lane is a lease of {LEASE_SECONDS:.0f} seconds",
        f"{settings.dead_seconds:.0f} s after its last sign of life others take its lane",
        f"due again within {settings.poll_lease_seconds / 60:.0f} min",
        f"a call must begin within {FENCE_SECONDS:.0f} seconds",
        f"whose fence is older than {FENCE_SECONDS:.0f} s",
        f"one at a time, every {settings.janitor_seconds:.0f} s",
        f"waits {settings.grace_seconds:.0f} s for answers",
        f"Nothing is sent for {SETTLE.total_seconds() / 60:.0f} min",
        f"nothing is sent for {SETTLE}`",
        f"with pauses up to {settings.most_retry_seconds / 60:.0f} min",
        f"All tables are in one schema, `{SCHEMA}`",
    ):
        assert told in " ".join(PAGE.split()), told


def test_files_are_tried_for_more_than_a_day():
    settings = WorkerSettings()
    waits = sum(settings.retry_seconds(tries) for tries in range(1, settings.fetch_tries))
    assert 24 * 3600 < waits < 48 * 3600


def test_the_set_up_is_six_commands():
    block = re.search(r"## Set up\n.*?```sh\n(.*?)```", PAGE, re.DOTALL)[1]
    assert len(block.splitlines()) == 6


def test_the_compose_file_is_one():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_what_the_containers_call_can_be_called(compose):
    called = [
        words
        for service in compose["services"].values()
        for part in (service.get("command", ()), service.get("healthcheck", {}).get("test", ()))
        for words in re.findall(r"sora2batch (.*?)(?: >.*)?$", " ".join(part))
    ]
    assert called == ["fleet init --grant workers", "worker", "fleet status"]
    for words in called:
        can_be_given(shlex.split(words))


def test_the_containers_have_secrets_as_files_and_no_password_of_their_own(compose):
    used = {name for service in compose["services"].values() for name in service["secrets"]}
    assert used == compose["secrets"].keys()
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or value.startswith("/run/secrets/")
            assert not re.search(r"//\w+:", value)
    assert set(re.findall(r"/run/secrets/(\w+)", COMPOSE.read_text())) <= used


def test_workers_are_three_on_a_named_postgresql_and_all_that_runs_is_looked_after(compose):
    services = compose["services"]
    assert services["worker"]["deploy"]["replicas"] == 3
    assert services["database"]["image"] == "postgres:17"
    assert [name for name, one in services.items() if "healthcheck" in one] == ["database", "worker"]
    script = compose["configs"]["roles"]["content"].replace("$$", "$")
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_the_unit_starts_a_worker_and_gives_it_time_to_end():
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(UNIT.read_text())
    service = unit["Service"]
    can_be_given(shlex.split(service["ExecStart"])[1:])
    assert int(service["TimeoutStopSec"]) > WorkerSettings().grace_seconds
