"""Settings as a user has them: variables and files of a process of its own, and what the program does with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema_rs import validator_for

from sora2batch.app.config.known_settings import SETTINGS
from sora2batch.app.config.layered_setting import Layer
from sora2batch.ground.schema import load_schema

SORA2BATCH = [sys.executable, "-m", "sora2batch"]
on_linux = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the user's file is elsewhere")
BY_NAME = {setting.name: setting for setting in SETTINGS}
WORDS = {
    "api_url": "http://localhost:1/x",
    "tools_dirs": "tools",
    "repository": "studio/campaigns",
    "max_credits": "4000",
    "credit_price": "0.0006 USD",
    "run.concurrency": "3",
    "run.submit_concurrency": "2",
    "run.submit_rate": "0.5",
    "run.poll_interval": "0.25",
    "run.timeout": "77",
    "run.retries": "1",
    "run.stop_after": "9",
    "lint.strict": "true",
    "lint.images_above": "12",
    "output.check": "false",
    "store.url": "file:///srv/media",
    "store.public_url": "https://cdn.example.com/x",
    "queue": "postgresql://ada@db.example:5433/work",
    "notify": "bell",
    "color": "never",
    "log_file": "log.txt",
    "cache_dir": "/tmp/never",
}
"""A word of each setting that is not its default."""
TEXTS = {
    name
    for name, word in WORDS.items()
    if not word.replace(".", "").isdigit() and word not in {"true", "false"}
}


def in_toml(name):
    return f"{name} = {json.dumps(WORDS[name]) if name in TEXTS else WORDS[name]}\n"


@pytest.fixture
def home(folder, monkeypatch):
    """Write the user's own file, or that of the project; settings of nobody else are in the way."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    (folder / "tools").mkdir()

    def write(text, layer=Layer.USER):
        path = folder / ("config/sora2batch/config.toml" if layer is Layer.USER else "pyproject.toml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if layer is Layer.USER else f"[tool.sora2batch]\n{text}")
        return path

    return write


def ran(*arguments, **environ):
    """Call the program in a process of its own."""
    whole = {name: value for name, value in {**os.environ, **environ}.items() if value is not None}
    return subprocess.run(
        [*SORA2BATCH, *map(str, arguments)], capture_output=True, text=True, check=False, env=whole
    )


def settings(call, *arguments):
    document = call("doctor", *arguments, "--json").document
    assert validator_for(load_schema("doctor.schema.json")).is_valid(document)
    return {one["name"]: one for one in document["settings"]}


@on_linux
@pytest.mark.parametrize("name", WORDS)
def test_each_setting_is_shown_with_its_origin_from_each_place(name, call, home, manifest, monkeypatch):
    setting = BY_NAME[name]
    monkeypatch.delenv("SORA2BATCH_CACHE_DIR", raising=False)
    text = manifest.read_text().replace("run: {poll_interval: 0.05}\noutput: {check: false}\n", "")
    manifest.write_text(text)
    default = settings(call, manifest)[name]
    assert (default["layer"], default["origin"]) == ("default", "default")
    for layer in reversed(setting.layers):
        if layer in {Layer.PROJECT, Layer.USER}:
            path = home(in_toml(name), layer)
            column = len(name.partition(".")[0]) + 2 if "." in name else 1
            origin = f"{path}:{2 if layer is Layer.PROJECT else 1}:{column}"
        elif layer is Layer.MANIFEST:
            key, _, rest = name.partition(".")
            manifest.write_text(f"{manifest.read_text()}{key}:\n  {rest}: {WORDS[name]}\n")
            origin = f"small.yaml:{len(manifest.read_text().splitlines())}:3"
        elif layer is Layer.ENVIRONMENT:
            monkeypatch.setenv(setting.variable, WORDS[name])
            origin = setting.variable
        else:
            continue
        found = settings(call, manifest)[name]
        if setting.is_limit and layer is not Layer.USER:
            continue
        assert (found["layer"], found["origin"]) == (layer.value, origin)
        assert found["value"] != default["value"]


def test_every_setting_is_tried_above():
    assert list(WORDS) == [setting.name for setting in SETTINGS]


@on_linux
def test_what_does_not_count_is_shown_as_well(call, home, manifest):
    own, project = home("run.concurrency = 2\n"), home("run.concurrency = 3\n", Layer.PROJECT)
    found = settings(call, manifest)["run.concurrency"]
    assert (found["value"], found["origin"]) == (3, f"{project}:2:5")
    assert found["instead_of"] == [{"value": 2, "layer": "user", "origin": f"{own}:1:5"}]
    line = f"ok    run.concurrency: 3, from {project}:2:5 (and not 2 from {own}:1:5)"
    assert line in call("doctor", manifest).out


@on_linux
def test_configuration_changes_no_byte_of_a_plan_but_for_money(home, manifest):
    def plans(**environ):
        forms = (["--json"], [], ["--format", "markdown"])
        every = [ran("plan", manifest, *form, **environ) for form in forms]
        every.append(ran("explain", manifest, "hero/fox", **environ))
        return [(one.returncode, one.stdout, one.stderr) for one in every]

    before = plans()
    assert [code for code, _, _ in before] == [0, 0, 0, 0]
    without = {"credit_price"}
    home(
        "".join(in_toml(one.name) for one in SETTINGS if Layer.USER in one.layers and one.name not in without)
    )
    assert plans() == before
    home(
        "".join(
            in_toml(one.name) for one in SETTINGS if Layer.PROJECT in one.layers and one.name not in without
        ),
        Layer.PROJECT,
    )
    assert plans() == before
    environ = {one.variable: WORDS[one.name] for one in SETTINGS if one.variable and one.name not in without}
    assert plans(**environ) == before


@on_linux
@pytest.mark.parametrize("text", ["run.concurency = 3\n", "run = 3\n", "color = [\n", "credit_price = 3\n"])
def test_a_file_with_a_slip_ends_a_plan_and_breaks_neither_help_nor_doctor(home, manifest, text):
    for layer in (Layer.USER, Layer.PROJECT):
        path = home(text, layer)
        plan = ran("plan", manifest)
        assert (plan.returncode, plan.stdout) == (2, "")
        line = 2 if layer is Layer.PROJECT else 1
        assert plan.stderr.startswith(f"error: {path}:{line}:")
        assert len(plan.stderr.splitlines()) <= 2
        for arguments in (["--help"], ["--version"], ["plan", "--help"], ["help", "take"]):
            assert ran(*arguments).returncode == 0
        doctor = ran("doctor", manifest)
        assert doctor.returncode == 2
        assert [one for one in doctor.stdout.splitlines() if f"{path}:{line}:" in one] != []
        path.unlink()


@on_linux
def test_a_run_works_as_its_machine_is_configured(home, manifest, api, call):
    api()
    home("run.concurrency = 1\n")
    assert "(2 jobs, 8 at once)" in call("plan", manifest).out
    assert "(2 jobs, 1 at once)" in call("run", manifest, "--yes").err


def test_a_value_that_cannot_be_meant_ends_a_run_before_anything_is_sent(manifest, api, call, monkeypatch):
    api()
    monkeypatch.setenv("SORA2BATCH_RUN_RETRIES", "many")
    ended = call("run", manifest, "--yes")
    assert ended.code == 2
    assert 'SORA2BATCH_RUN_RETRIES: run.retries is "many"' in ended.err
    assert not Path("small.lock.jsonl").exists()


@on_linux
def test_a_ceiling_holds_whatever_the_budget_and_the_flag_say(home, manifest, api, call, monkeypatch):
    api()
    own = home("max_credits = 500\n")
    for flags in ((), ("--max-credits", "9000")):
        plan = call("plan", manifest, *flags)
        assert plan.code == 3
        assert "2 to submit" in plan.out
        told = f"over the ceiling of 500 credits by 340 (0 spent, 840 to spend; {own}:1:1)"
        assert told in plan.err
        assert "--limit 1" in plan.err
        ended = call("run", manifest, "--yes", *flags)
        assert (ended.code, told in ended.err) == (3, True)
    monkeypatch.setenv("SORA2BATCH_MAX_CREDITS", "100000")
    assert call("run", manifest, "--yes").code == 3
    assert not Path("small.lock.jsonl").exists()
    assert call("run", manifest, "--yes", "--limit", "1", "--no-download").code == 0
    assert call("run", manifest, "--yes", "--no-download").code == 3
    assert call("run", manifest, "--simulate", "--no-wait").code == 0
    own.write_text("max_credits = 840\n")
    assert call("run", manifest, "--yes", "--no-download").code == 0


@on_linux
def test_the_address_of_the_users_own_file_is_asked_and_no_repositorys(
    home, manifest, api, call, monkeypatch
):
    server = api()
    monkeypatch.delenv("SORA2BATCH_API_URL")
    home(f'api_url = "{server.url}"\n')
    assert call("run", manifest, "--yes", "--no-download").code == 0
    home('api_url = "https://evil.example/api"\n', Layer.PROJECT)
    ended = call("run", manifest, "--yes")
    assert ended.code == 2
    assert "api_url must not stand here" in ended.err


@on_linux
def test_tools_of_a_project_are_found_from_its_manifests_and_from_its_folder(home, folder, manifest, call):
    tool = json.loads(call("tools", "sora2-image-to-video-api", "--json").out)
    shipped = Path(__file__).parents[2] / "schemas/tools/sora2-image-to-video-api.json"
    own = json.loads(shipped.read_text())
    own["title"] = "Mine"
    (folder / "tools/sora2-image-to-video-api.json").write_text(json.dumps(own))
    home('tools_dirs = "tools"\n', Layer.PROJECT)
    (folder / "deep").mkdir()
    (folder / "deep/small.yaml").write_bytes(manifest.read_bytes())
    assert tool["title"] != "Mine"
    assert call("tools", "sora2-image-to-video-api", "--json").document["title"] == "Mine"
    plan = call("plan", "deep/small.yaml", "--out", "plan.json")
    assert plan.code == 0
    assert "../tools" in (folder / "plan.json").read_text() or '"tools"' in (folder / "plan.json").read_text()
    explained = call("explain", "deep/small.yaml", "hero/fox")
    assert explained.code == 0


@on_linux
def test_a_bucket_of_another_place_has_no_public_url_of_the_manifest(
    home, folder, manifest, call, monkeypatch
):
    manifest.write_text(
        manifest.read_text() + "store: {url: 's3://a/b', public_url: 'https://cdn.example.com/a'}\n"
    )
    assert settings(call, manifest)["store.url"]["value"] == "s3://a/b"
    (folder / "bucket").mkdir()
    monkeypatch.setenv("SORA2BATCH_STORE", (folder / "bucket").as_uri())
    lines = [line for line in call("doctor", manifest).out.splitlines() if " store: " in line]
    assert any("a folder has no URLs" in line for line in lines)


def test_a_variable_that_looks_like_one_of_ours_is_told_by_doctor_alone(manifest, call, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRIZE", "0.0006 USD")
    monkeypatch.setenv("SORA2BATCH_ZEBRA", "striped")
    out = call("doctor", manifest).out
    assert "SORA2BATCH_CREDIT_PRIZE is not read; did you mean SORA2BATCH_CREDIT_PRICE?" in out
    assert "ZEBRA" not in out
    assert "PRIZE" not in call("plan", manifest).err


@on_linux
def test_doctor_repeats_no_secret(home, manifest, call, monkeypatch):
    monkeypatch.setenv("SJINN_API_KEY", "sk-never-to-be-seen")
    monkeypatch.setenv("SORA2BATCH_NOTIFY", "python3 https://chat.example/hooks/hunter2")
    monkeypatch.setenv("SORA2BATCH_LOG_FILE", "sk-never-to-be-seen.log")
    monkeypatch.setenv("SORA2BATCH_STORE_PUBLIC_URL", "https://u:hunter2@cdn.example.com/")
    monkeypatch.setenv("SORA2BATCH_QUEUE", "postgresql://u:hunter2@db.example/work?sslpassword=hunter2")
    home('queue = "postgresql:///work?user=u&password=hunter2"\n')
    for flags in ((), ("--json",)):
        said = call("doctor", manifest, *flags)
        assert "hunter2" not in said.out + said.err
        assert "never-to-be-seen" not in said.out + said.err
    assert "python3 …" in call("doctor", manifest).out
    assert (
        "queue: postgresql://…@db.example:5432/work, from SORA2BATCH_QUEUE (and not … from "
        in call("doctor").out
    )


@on_linux
def test_colors_are_a_persons_own(home, manifest, call, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in call("plan", manifest).out
    home('color = "always"\n')
    assert "\x1b[" in call("plan", manifest).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in call("plan", manifest).out
    assert "\x1b[" not in call("plan", manifest, "--color", "never").out
    monkeypatch.setenv("SORA2BATCH_COLOR", "never")
    assert "\x1b[" not in call("plan", manifest).out


@on_linux
def test_a_log_is_kept_where_a_persons_own_file_says(home, folder, manifest, call):
    home(f'log_file = "{folder}/own.log"\n')
    call("plan", manifest)
    assert "sora2batch" in (folder / "own.log").read_text()


def test_a_plan_loads_no_reader_of_toml_unless_a_file_speaks_of_us(folder, manifest):
    program = (
        "import sys; from sora2batch.cli.main import main\n"
        "sys.argv = ['sora2batch', 'plan', 'small.yaml']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('LOADED', 'tomllib' in sys.modules, 'sora2batch.app.config.lookup' in sys.modules)"
    )

    def loaded(**environ):
        command = [sys.executable, "-c", program]
        out = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, **environ}
        ).stdout
        return out.splitlines()[-1]

    (folder / "pyproject.toml").write_text("[tool.ruff]\n")
    assert loaded() == "LOADED False False"
    assert loaded(SORA2BATCH_CREDIT_PRICE="1 USD") == "LOADED False True"
    (folder / "pyproject.toml").write_text("[tool.sora2batch]\n")
    assert loaded() == "LOADED True True"
