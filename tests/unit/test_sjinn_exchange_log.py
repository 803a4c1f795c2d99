import logging

import orjson
import pytest

from sora2batch.sjinn.exchange_log import exchange, fetching
from sora2batch.sjinn.secret import ApiKey

KEY = ApiKey("sk-never-to-be-seen")
SIGNED = "https://bucket.example/fox.jpg?Policy=abcdefgh&Signature=0123456789&Key-Pair-Id=ijklmnop"
ASKED = orjson.dumps({"tool_type": "t", "input": {"prompt": "A fox.", "image": SIGNED}})


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="sora2batch")
    return lambda: [record.getMessage() for record in caplog.records]


def test_nobody_pays_for_a_log_that_nobody_keeps():
    with exchange("create_tool_task", ASKED, KEY) as noted:
        assert noted is None


def test_a_call_is_what_was_asked_and_what_was_answered_after_how_long(lines):
    with exchange("create_tool_task", ASKED, KEY) as noted:
        noted.answered(200, b'{"data": {"task_id": "a"}}')
    asked, answered = lines()
    number = asked.split()[1]
    assert asked.startswith(
        f'api {number} create_tool_task: asks {{"tool_type": "t", "input": {{"prompt": "A fox."'
    )
    assert answered.startswith(f"api {number} create_tool_task: answered HTTP 200 in 0.")
    assert answered.endswith('s: {"data": {"task_id": "a"}}')


@pytest.mark.parametrize(
    "answer",
    [
        orjson.dumps({"data": {"url": SIGNED, "email": "somebody@example.com"}}),
        orjson.dumps({"errorMsg": f"cannot fetch {SIGNED}"}).replace(b"/", rb"\/").replace(b"&", rb"\u0026"),
        b"cannot fetch Policy=abcdefgh and ijklmnop, sk-never-to-be-seen",
        b"<html>" + SIGNED.encode(),
        b'{"errorMsg": "bad key sk-never-to-be-seen"}',
        b'{"cut off": "' + SIGNED.encode(),
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_neither_the_key_nor_what_signs_a_url_nor_an_address_is_noted(lines, answer):
    with exchange("create_tool_task", ASKED, KEY) as noted:
        noted.answered(200, answer)
        noted.lost(answer.decode("latin-1"), was_sent=True)
    for secret in ("abcdefgh", "0123456789", "ijklmnop", "never-to-be-seen", "somebody"):
        assert secret not in "".join(lines())


def test_a_long_answer_is_cut(lines):
    with exchange("query_credits_usage", b"{}", KEY) as noted:
        noted.answered(200, orjson.dumps({"rows": ["x" * 5000] * 100}))
    assert len(lines()[-1]) < 4200


def test_a_call_that_is_broken_off_is_noted(lines):
    with pytest.raises(KeyboardInterrupt), exchange("create_tool_task", ASKED, KEY):
        raise KeyboardInterrupt
    assert "broken off after" in lines()[-1]


def test_a_file_is_noted_with_what_came_of_it(lines):
    with fetching(SIGNED, "hero/fox", KEY) as outcome:
        outcome.append("88 bytes")
    with pytest.raises(ValueError), fetching(SIGNED, "hero/fox", None):
        raise ValueError("it broke off")
    asked, got, _, failed = lines()
    assert asked.endswith("hero/fox: asks https://bucket.example/fox.jpg?…")
    assert got.endswith(" s: 88 bytes")
    assert failed.endswith(" s: it broke off")
