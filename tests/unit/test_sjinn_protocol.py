from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from fakes.answering_server import envelope
from sora2batch.sjinn.answer import (
    Accepted,
    Account,
    Failed,
    Finished,
    KeyRefused,
    NotAccepted,
    OutOfCredits,
    Refusal,
    Rejected,
    Unknown,
    Unreadable,
    Working,
)
from sora2batch.sjinn.protocol import read_account, read_create, read_status

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
PAGE = b"<html><body>Bad Gateway</body></html>"


def created(status, body, **headers):
    return read_create(status, headers, body, now=NOW)


def queried(data, *, status=200, **more):
    return read_status(status, {}, envelope(data, **more), now=NOW)


def no(code=0, message="no", **more):
    return envelope(success=False, code=code, message=message, **more)


@pytest.mark.parametrize("status", [200, 201, 400, 401, 402, 429, 500, 503])
def test_success_with_a_task_id_was_charged_whatever_the_status(status):
    assert created(status, envelope({"task_id": "t-1"})) == Accepted("t-1")


@pytest.mark.parametrize(("task_id", "text"), [("550e-84", "550e-84"), (17, "17"), ("x" * 200, "x" * 200)])
def test_a_task_id_is_a_text_or_an_integer(task_id, text):
    assert created(200, envelope({"task_id": task_id})) == Accepted(text)


@pytest.mark.parametrize("task_id", [None, "", "  ", True, 1.5, [], {}, "x" * 201, "a\nb", "a\x1b[31m"])
def test_anything_else_is_no_task_id_and_the_outcome_is_unknown(task_id):
    assert isinstance(created(200, envelope({"task_id": task_id})), Unknown)


@pytest.mark.parametrize("success", [1, "true", "false", None, 0, [], {}])
def test_success_must_be_a_boolean(success):
    assert isinstance(created(200, envelope({"task_id": "t-1"}, success=success)), Unknown)


@pytest.mark.parametrize(
    "body", [b'[{"success": true}]', b'"success"', b"null", b"", b"{", b"\xff\xfe", PAGE]
)
def test_a_body_that_is_no_envelope_leaves_the_outcome_unknown(body):
    assert isinstance(created(200, body), Unknown)


def test_a_byte_order_mark_does_no_harm():
    assert created(200, b"\xef\xbb\xbf" + envelope({"task_id": "t-1"})) == Accepted("t-1")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("body", [b"", PAGE, no(code=7), envelope({})])
def test_429_and_503_mean_not_accepted_whatever_the_body(status, body):
    answer = created(status, body, **{"retry-after": "3"})
    assert isinstance(answer, NotAccepted)
    assert answer.retry_after_seconds == 3.0


@pytest.mark.parametrize("code", [429, "429", 429.0])
def test_error_code_429_means_not_accepted(code):
    assert created(200, no(code=code)) == NotAccepted(Refusal(code=429, message="no"), None)


@pytest.mark.parametrize("status", [200, 400, 404, 422, 500, 502])
def test_a_refusal_in_an_envelope_was_not_charged_whatever_the_status(status):
    answer = created(status, no(code=7, message="prompt is empty"))
    assert answer == Rejected(Refusal(code=7, message="prompt is empty"))


@pytest.mark.parametrize(
    ("status", "code"), [(200, 401), (200, "403"), (401, 0), (403, 101), (401, None), (400, 401)]
)
def test_401_and_403_are_about_the_key(status, code):
    assert isinstance(created(status, no(code=code)), KeyRefused)


@pytest.mark.parametrize(("status", "code"), [(200, 100), (200, "101"), (400, 402), (402, 0)])
def test_100_101_and_402_are_about_credits(status, code):
    assert isinstance(created(status, no(code=code)), OutOfCredits)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, KeyRefused),
        (403, KeyRefused),
        (402, OutOfCredits),
        (302, Unknown),
        (404, Unknown),
        (500, Unknown),
    ],
)
def test_without_an_envelope_the_status_decides(status, kind):
    assert isinstance(created(status, PAGE), kind)


@pytest.mark.parametrize(
    ("root", "code"),
    [
        ({"error_code": 7, "code": 8}, 7),
        ({"code": 8}, 8),
        ({"error_code": 0, "code": 8}, 8),
        ({"error_code": None, "code": "8"}, 8),
        ({"error_code": "bad_prompt"}, "bad_prompt"),
        ({"error_code": 0}, 0),
        ({"error_code": True}, None),
        ({}, None),
    ],
)
def test_the_code_is_read_from_error_code_then_code(root, code):
    answer = created(200, orjson.dumps({"success": False, "errorMsg": "no", **root}))
    assert answer == Rejected(Refusal(code=code, message="no"))


def test_a_message_becomes_one_printable_line():
    answer = created(200, no(message="a\r\nb\x1b[31mc\u202ed\u2028e \x00 f"))
    assert answer.note.message == "a b [31mc d e f"


def test_a_long_message_is_cut_to_500_characters():
    message = created(200, no(message="é" * 100_000)).note.message
    assert len(message) == 500
    assert message.endswith("é…")


def test_a_refusal_without_a_reason_says_so():
    assert created(400, no(message="")).note.message == "HTTP 400, and the API gave no reason"


@pytest.mark.parametrize("status", [1, 1.0, "1", " 1 ", "1.0"])
def test_only_status_1_is_done(status):
    assert queried({"status": status, "output_urls": ["https://h/a.mp4"]}) == Finished(("https://h/a.mp4",))


@pytest.mark.parametrize("status", [-1, -1.0])
def test_only_status_minus_1_is_failed(status):
    assert queried({"status": status}) == Failed(Refusal(code=None, message="the API gave no reason"))


@pytest.mark.parametrize("status", [0, 2, -2, 3, 99, "0", "-1", " -1 ", "-1.0", 0.5, -1.5, 2**63])
def test_any_other_number_is_still_working(status):
    assert isinstance(queried({"status": status}), Working)


@pytest.mark.parametrize(
    "data", [{}, {"status": None}, {"status": "done"}, {"status": True}, {"status": "nan"}]
)
def test_without_a_number_there_is_no_status(data):
    assert isinstance(queried(data), Unreadable)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, PAGE),
        (200, no(message="task not found")),
        (500, envelope({"status": -1})),
        (503, envelope({"status": 1})),
        (302, b""),
        (200, envelope(None)),
    ],
)
def test_trouble_while_polling_says_nothing_about_the_task(status, body):
    assert isinstance(read_status(status, {}, body, now=NOW), Unreadable)


def test_a_busy_server_says_how_long_to_wait():
    answer = read_status(429, {"Retry-After": "9"}, PAGE, now=NOW)
    assert answer == Unreadable("the API's answer cannot be read (HTTP 429)", 9.0)


@pytest.mark.parametrize(("status", "body"), [(401, PAGE), (403, no()), (200, no(code=401))])
def test_a_refused_key_is_no_matter_of_waiting(status, body):
    assert isinstance(read_status(status, {}, body, now=NOW), KeyRefused)


@pytest.mark.parametrize(
    ("data", "urls"),
    [
        ({"output_urls": ["https://h/a", "https://h/b"]}, ("https://h/a", "https://h/b")),
        ({"output_urls": "https://h/a"}, ("https://h/a",)),
        ({"output_urls": [], "output_url": "https://h/a"}, ("https://h/a",)),
        ({"output_url_list": ["https://h/a"]}, ("https://h/a",)),
        ({"urls": ["https://h/a"]}, ("https://h/a",)),
        ({"output_urls": [None, {"url": "x"}, "", " https://h/a "]}, ("x", "https://h/a")),
        ({"output_urls": ["file:///etc/passwd"]}, ("file:///etc/passwd",)),
        ({}, ()),
    ],
)
def test_urls_are_found_where_the_api_or_its_clients_have_seen_them(data, urls):
    assert queried({"status": 1, **data}) == Finished(urls)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"error": "a", "error_msg": "b", "errorMsg": "c"}, "a"),
        ({"error": "", "error_msg": "b", "errorMsg": "c"}, "b"),
        ({"error": {"message": "a"}}, "a"),
        ({"error": {"code": 3}, "errorMsg": "c"}, "c"),
        ({"error": None}, "top"),
    ],
)
def test_the_reason_of_a_failure_is_searched_in_four_places(data, message):
    assert queried({"status": -1, **data}, message="top") == Failed(Refusal(code=None, message=message))


def test_a_failure_keeps_a_code_that_says_something():
    assert queried({"status": -1, "error": "moderated"}, code=31).note.code == 31


@pytest.mark.parametrize(
    ("balance", "number"), [(1200, 1200), ("1200", 1200), (12.5, 12.5), (0, 0), (-5, -5)]
)
def test_a_balance_is_a_number(balance, number):
    body = envelope({"balances": balance, "subscription": {"tier": "Ultra"}})
    assert read_account(200, {}, body, now=NOW) == Account(balance=number, tier="Ultra")


def test_an_account_may_have_no_membership():
    body = envelope({"balances": 1, "subscription": None})
    assert read_account(200, {}, body, now=NOW) == Account(balance=1, tier=None)


@pytest.mark.parametrize("data", [{}, {"balances": None}, {"balances": "many"}, {"balances": True}, None])
def test_an_account_without_a_balance_cannot_be_read(data):
    assert isinstance(read_account(200, {}, envelope(data), now=NOW), Unreadable)
