from __future__ import annotations

import os
import subprocess
import sys
import traceback

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.sjinn.secret import load_key

KEY = "sk-Az09_+/=="


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"  {KEY}\r\n",
        f"\r\n\r\n{KEY}\r\n\r\n",
        f'"{KEY}"',
        f"'{KEY}'\n",
        f"`{KEY}`",
        f'" {KEY} "',
        f"Bearer {KEY}",
        f"bearer  {KEY}",
        f'"Bearer {KEY}"',
        f"Authorization: Bearer {KEY}",
        f"SJINN_API_KEY={KEY}",
        f"SJINN_API_KEY = {KEY}",
        f"SJINN_API_KEY: {KEY}",
        f"SJINN_API_KEY: '{KEY}'",
        f'SJINN_API_KEY="{KEY}"\r\n',
        f"export SJINN_API_KEY='{KEY}'\n",
        f'export SJINN_API_KEY="{KEY}";\n',
        f"export SJINN_API_KEY={KEY}  # the team's\n",
        f'SJINN_API_KEY="{KEY}" # the team\'s\n',
        f"set SJINN_API_KEY={KEY}\r\n",
        f'$env:SJINN_API_KEY = "{KEY}"',
        f"SJINN_API_KEY=Bearer {KEY}",
        f"# made on Monday\n\n{KEY}\n",
        f"OTHER=1\nSJINN_API_KEY={KEY}\nMORE='2'\n",
        f"SJINN_API_KEY={KEY}\nSJINN_API_KEY={KEY}\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_key_is_found_where_the_meaning_is_plain(tmp_path, text, encoding):
    file = tmp_path / "key"
    file.write_bytes(text.encode(encoding))
    assert load_key({"SJINN_API_KEY_FILE": str(file)}).reveal() == KEY


@pytest.mark.parametrize(
    "text", [f'"{KEY}"', f"Bearer {KEY}", f"\ufeff{KEY}", f"SJINN_API_KEY={KEY}", f"'{KEY}'\r\n"]
)
def test_the_variable_is_read_in_the_same_way(text):
    assert load_key({"SJINN_API_KEY": text}).reveal() == KEY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("# nothing yet\n", "it is empty"),
        ("SJINN_API_KEY=\n", "it is empty"),
        ("export SJINN_API_KEY=''", "it is empty"),
        (f"{KEY}\nsecond-line", "it has 2 lines"),
        (f"SJINN_API_KEY={KEY}\nSJINN_API_KEY=another", "it sets SJINN_API_KEY more than once"),
        (f"OPENAI_API_KEY={KEY}", "it sets another variable, and not SJINN_API_KEY"),
        (f"export SJINN_KEY={KEY}\nMORE=1", "it sets another variable, and not SJINN_API_KEY"),
        (f'{{"key": "{KEY}"}}', "it is JSON, not a key"),
        (f'"{KEY}', "it has a quote on one side only"),
        (f"{KEY}'", "it has a quote on one side only"),
        (f"\u201c{KEY}\u201d", "it has typographic quotes"),
        (f"{KEY} {KEY}", "there is white space inside it"),
        (f"{KEY}\u00a0{KEY}", "there is white space inside it"),
        (f"{KEY}ü", "it has characters that are not ASCII"),
        (f"{KEY}\u200b", "it has characters that are not ASCII"),
        (f"{KEY}\x00", "it has characters that are not ASCII, or control characters"),
        ("$SJINN_API_KEY", "it is a placeholder"),
        ("export SJINN_API_KEY=$(pass show sjinn)", "it is a placeholder"),
        ("<your key>", "it is a placeholder"),
        ("your-key-here", "it is a placeholder"),
        ("***", "it is a placeholder"),
        ("op://vault/sjinn/key", "it is a placeholder"),
    ],
)
def test_what_is_no_key_is_told_without_showing_it(tmp_path, text, why):
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_key({"SJINN_API_KEY_FILE": str(file)})
    assert caught.value.message.startswith(f"SJINN_API_KEY_FILE ({file}) holds no usable API key: {why}")
    everything = "".join(traceback.format_exception(caught.value)) + str(caught.value.hint)
    assert KEY not in everything
    assert "second-line" not in everything


@pytest.mark.parametrize(
    ("data", "why"), [(b"\xff\xff\x00", "it is no text"), (b"k" * 70_000, "it is larger than 64 KiB")]
)
def test_a_file_that_is_something_else_is_told(tmp_path, data, why):
    file = tmp_path / "key"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=f"holds no usable API key: {why}"):
        load_key({"SJINN_API_KEY_FILE": str(file)})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0)
    with pytest.raises(UsageError, match="which cannot be read: Permission denied"):
        load_key({"SJINN_API_KEY_FILE": str(file)})


def test_a_key_that_a_shell_hands_over_once_is_there_each_time(tmp_path):
    script = (
        "import os; from sora2batch.sjinn.secret import load_key; "
        "print([load_key(os.environ).reveal() for _ in range(3)])"
    )
    command = f'SJINN_API_KEY_FILE=<(echo {KEY}) "{sys.executable}" -c "{script}"'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{[KEY] * 3}\n"


def test_a_home_that_is_not_there_is_told(monkeypatch, tmp_path):
    with pytest.raises(UsageError, match=r"SJINN_API_KEY_FILE names ~nobody-at-all/key"):
        load_key({"SJINN_API_KEY_FILE": "~nobody-at-all/key"})
