from __future__ import annotations

import copy
import json
import pickle
import traceback
from base64 import b64encode
from urllib.parse import quote

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.sjinn.secret import ApiKey, load_key

SECRET = 'sk-a/b+c=d"e\\f'


def test_no_way_of_printing_shows_the_key():
    key = ApiKey(SECRET)
    assert {repr(key), str(key), f"{key}", f"{[key]}", f"{key!r:>12}"} == {
        "ApiKey(***)",
        "[ApiKey(***)]",
        " ApiKey(***)",
    }
    assert not hasattr(key, "__dict__")


@pytest.mark.parametrize("spread", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_key_is_not_pickled_or_copied(spread):
    with pytest.raises(TypeError):
        spread(ApiKey(SECRET))


def test_reveal_hands_out_the_key():
    assert ApiKey(SECRET).reveal() == SECRET


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        "sk-a%2fb%2bc%3dd%22e%5cf",
        json.dumps(SECRET)[1:-1],
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
    ],
)
def test_redact_finds_the_key_in_every_spelling(form):
    assert ApiKey(SECRET).redact(f"<{form}> and <{form}>") == "<***> and <***>"


@pytest.mark.parametrize("value", ["", "a b", "a\tb", "a\nb", "a\x00b", "schlüssel", "\u0421", "a\x7f"])
def test_what_no_header_can_carry_is_no_key_and_is_not_shown(value):
    with pytest.raises(UsageError) as caught:
        ApiKey(value)
    text = "".join(traceback.format_exception(caught.value)) + str(caught.value.hint)
    assert not value or value not in text


def test_the_variable_holds_the_key():
    assert load_key({"SJINN_API_KEY": " sk-1\n"}).reveal() == "sk-1"


@pytest.mark.parametrize("content", [b"sk-2\n", b"\xef\xbb\xbfsk-2\r\n", b"  sk-2  "])
def test_a_file_may_hold_the_key(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    assert load_key({"SJINN_API_KEY_FILE": str(file)}).reveal() == "sk-2"
    assert load_key({"SJINN_API_KEY": "", "SJINN_API_KEY_FILE": str(file)}).reveal() == "sk-2"


def test_the_variable_goes_before_the_file(tmp_path):
    environ = {"SJINN_API_KEY": "sk-1", "SJINN_API_KEY_FILE": str(tmp_path / "absent")}
    assert load_key(environ).reveal() == "sk-1"


@pytest.mark.parametrize("environ", [{}, {"SJINN_API_KEY": " "}, {"SJINN_API_KEY_FILE": ""}])
def test_there_may_be_no_key(environ):
    assert load_key(environ) is None


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"SJINN_API_KEY_FILE names .*absent.*: No such file"):
        load_key({"SJINN_API_KEY_FILE": str(tmp_path / "absent")})
    with pytest.raises(UsageError, match="cannot be read"):
        load_key({"SJINN_API_KEY_FILE": str(tmp_path)})


@pytest.mark.parametrize("content", [b"", b"\n", b"sk 2", b"\xff\xff", b"x" * 70_000])
def test_a_file_without_a_key_is_named_and_not_shown(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="SJINN_API_KEY_FILE") as caught:
        load_key({"SJINN_API_KEY_FILE": str(file)})
    assert "sk 2" not in str(caught.value)


@pytest.mark.parametrize("end", ["", "…"])
def test_the_beginning_of_the_key_where_a_text_was_cut_is_not_shown(end):
    key = ApiKey(SECRET)
    assert key.redact(f"bad key {SECRET[:-1]}{end}") == f"bad key ***{end}"
    assert key.redact(f"bad key {SECRET[:8]}{end}") == f"bad key ***{end}"
    assert key.redact(f"see {quote(SECRET, safe='')[:12]}{end}") == f"see ***{end}"
    assert key.redact(f"no key at all{end}") == f"no key at all{end}"


@pytest.mark.parametrize("lead", [b"", b"a", b"ab", b"user:"])
def test_the_key_is_found_in_base64_wherever_it_begins(lead):
    text = b64encode(lead + SECRET.encode() + b":tail").decode()
    key = ApiKey(SECRET)
    assert key.is_in(f"https://h/a?t={text}")
    assert "***" in key.redact(text)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(quote(SECRET, safe=""), safe=""),
        "".join(f"%{byte:02x}" for byte in SECRET.encode()),
        SECRET.upper(),
    ],
)
def test_a_url_that_holds_the_key_is_known(form):
    assert ApiKey(SECRET).is_in(f"https://h.test/x/{form}.mp4")
    assert ApiKey(SECRET).is_in(f"https://h.test/x?y={form}&z=1")


def test_a_url_without_the_key_is_known_too():
    assert not ApiKey(SECRET).is_in("https://h.test/sk-a/b.mp4?x=%zz")
    assert not ApiKey("result").is_in("https://h.test/result/a.mp4")
