"""``--log-file``: what was asked, answered and told, of every command that talks to the API."""

import re

import click
import pytest

from fakes.answering_server import Reply, answering_thread
from sora2batch.cli.main import cli

KEY = "sk-never-to-be-seen"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ (.*)")
CONTEXT = click.Context(cli)
HAVE_ONE = [
    name
    for name in cli.list_commands(CONTEXT)
    if any(parameter.name == "log_file" for parameter in cli.get_command(CONTEXT, name).params)
]


def records(path):
    return [TIME.fullmatch(line)[1] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", HAVE_ONE)
def test_a_call_is_noted_from_its_beginning_to_its_end(call, manifest, folder, name):
    takes_one = any(isinstance(one, click.Argument) for one in cli.get_command(CONTEXT, name).params)
    words = [name, *([manifest] if takes_one else [])]
    ran = call(*words, "--log-file", "log.txt")
    first, called, *_, last = records(folder / "log.txt")
    assert first.startswith("begins: sora2batch ")
    assert called == f"called: sora2batch {' '.join(map(str, words))} --log-file log.txt"
    assert last.startswith(f"ends: exit code {ran.code} after ") or re.match(
        r"ends: \w+Error: .* after ", last
    )


def test_a_run_is_noted_with_every_call_and_every_file_and_without_the_key(call, manifest, folder, api):
    api()
    ran = call("run", manifest, "--yes", "-q", "--log-file", "log.txt")
    assert (ran.code, ran.err) == (0, "")
    text = (folder / "log.txt").read_text()
    notes = "\n".join(records(folder / "log.txt"))
    assert re.search(r"api #\d+ query_account_status: answered HTTP 200 in \d+\.\d{3} s: \{", notes)
    assert re.search(r'api #\d+ create_tool_task: asks \{"tool_type": .*"prompt": "A fox\."', notes)
    assert re.search(r"file #\d+ hero/fox\S*: after \d+\.\d{3} s: [\d,]+ bytes", notes)
    assert "told: 2/2 submitted, 2/2 generated, 2/2 downloaded" in notes
    assert KEY not in text


@pytest.mark.parametrize("flags", [("plan", "--check-balance"), ("doctor",)])
def test_whoever_asks_the_api_has_it_noted(call, manifest, folder, api, monkeypatch, flags):
    api()
    monkeypatch.setenv("SORA2BATCH_LOG_FILE", "log.txt")
    assert call(flags[0], manifest, *flags[1:]).code == 0
    assert any(" answered HTTP 200 in " in note for note in records(folder / "log.txt"))


def test_a_look_at_a_picture_is_noted_without_what_signs_its_url(call, manifest, folder):
    with answering_thread(lambda _: Reply(status=404)) as host:
        text = manifest.read_text().replace("https://samples.sora2batch.example", host.url)
        manifest.write_text(text.replace(".jpg", ".jpg?token=hush-hush"))
        call("validate", manifest, "--images", "--log-file", "log.txt")
    notes = records(folder / "log.txt")
    asked = [note for note in notes if "/fox.jpg" in note and " asks " in note]
    assert len(asked) == 1
    number = asked[0].split()[1]
    assert any(note.startswith(f"file {number} ") and note.endswith(" s: answers HTTP 404") for note in notes)
    assert "hush" not in "".join(notes)


def test_a_second_call_is_appended(call, manifest, folder):
    for _ in range(2):
        call("plan", manifest, "--log-file", "log.txt")
    assert sum(note.startswith("begins: ") for note in records(folder / "log.txt")) == 2


@pytest.mark.parametrize("name", ["small.yaml", "small.lock.jsonl", "notes.txt"])
def test_nothing_but_a_log_is_appended_to(call, manifest, folder, name):
    text, file = manifest.read_text(), folder / name
    file.write_text(text)
    ran = call("plan", manifest, "--log-file", name)
    assert (ran.code, ran.err) == (
        2,
        f"error: {name} is no log; it was left as it is\nhint: name another file\n",
    )
    assert file.read_text() == text


def test_a_log_that_cannot_be_opened_ends_the_call(call, manifest):
    ran = call("plan", manifest, "--log-file", "missing/log.txt")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no folder missing" in ran.err
