from __future__ import annotations

import json
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
from sora2batch.sjinn.protocol import StatusOf, read_account, read_create

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
PAGE = b"<html><body>Bad Gateway</body></html>"
TASK = "task-1"


def created(status, body, **headers):
    return read_create(status, headers, body, now=NOW)


def queried(data, *, status=200, **more):
    return StatusOf(TASK)(status, {}, envelope(data, **more), now=NOW)


def no(code=0, message="no", **more):
    return envelope(success=False, code=code, message=message, **more)


@pytest.mark.parametrize("status", [200, 201, 400, 401, 402, 429, 500, 503])
def test_success_with_a_task_id_was_charged_whatever_the_status(status):
    assert created(status, envelope({"task_id": "t-1"})) == Accepted("t-1")


@pytest.mark.parametrize(
    ("task_id", "text"), [("550e-84", "550e-84"), (17, "17"), ("x" * 200, "x" * 200), ("  t-1 ", "t-1")]
)
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


@pytest.mark.parametrize("status", [200, 400, 404, 422, 499])
def test_a_refusal_in_an_envelope_was_not_charged(status):
    answer = created(status, no(code=7, message="prompt is empty"))
    assert answer == Rejected(Refusal(code=7, message="prompt is empty"))


@pytest.mark.parametrize("status", [500, 501, 502, 504, 520, 524, 599, 999])
@pytest.mark.parametrize("code", [0, 7, 100, 101, 401, 402, 403, "401", None, 503])
def test_a_refusal_under_a_server_error_may_follow_a_charge(status, code):
    answer = created(status, no(code=code, message="upstream timed out"))
    assert answer == Unknown(f"the API failed with HTTP {status}: upstream timed out")


@pytest.mark.parametrize("status", [500, 502, 504])
def test_error_code_429_is_the_apis_own_word_whatever_the_status(status):
    assert isinstance(created(status, no(code=429)), NotAccepted)


TWICE = [
    b'{"success":true,"success":false,"errorMsg":"no"}',
    b'{"success":false,"success":true,"data":{"task_id":"t-1"}}',
    b'{"success":true,"data":{"task_id":"t-1","task_id":"t-2"}}',
    b'{"success":true,"data":{"task_id":"t-1","task_id":"t-1"}}',
    b'{"success":true,"data":{"task_id":"t-1"},"data":null}',
    b'{"success":true,"data":{"task_id":"t-1"},"\\u0064ata":{"task_id":"t-2"}}',
    b'{"success":false,"errorMsg":"no","error_code":7,"error_code":429}',
    b'{"success":false,"errorMsg":"no","data":{"more":[1,{"a":1,"a":2}]}}',
]


@pytest.mark.parametrize("body", TWICE)
def test_an_answer_that_says_something_twice_leaves_the_outcome_unknown(body):
    assert isinstance(created(200, body), Unknown)


@pytest.mark.parametrize("status", [401, 402, 429, 503])
@pytest.mark.parametrize(
    "body",
    [
        b'{"success":true,"success":false,"data":{"task_id":"t-1"}}',
        b'{"success":true,"data":{"task_id":"t-1"}',
        b'<html>{"task_id": "t-1"}</html>',
    ],
)
def test_what_names_a_task_and_cannot_be_read_frees_nobody_whatever_the_status(status, body):
    assert isinstance(created(status, body), Unknown)


@pytest.mark.parametrize("body", TWICE)
def test_a_question_that_is_answered_twice_is_not_answered(body):
    assert isinstance(StatusOf(TASK)(200, {}, body, now=NOW), Unreadable)
    assert isinstance(read_account(200, {}, body, now=NOW), Unreadable)


def test_a_status_and_a_balance_that_are_said_twice_are_not_known():
    status = b'{"success":true,"data":{"status":-1,"status":0}}'
    balance = b'{"success":true,"data":{"balances":5,"balances":7}}'
    assert isinstance(StatusOf(TASK)(200, {}, status, now=NOW), Unreadable)
    assert isinstance(read_account(200, {}, balance, now=NOW), Unreadable)


@pytest.mark.parametrize("depth", [900, 1020, 5000, 200_000])
def test_an_answer_nested_without_end_is_read_or_not_but_raises_nothing(depth):
    body = b'{"success":true,"data":' + b"[" * depth + b"]" * depth + b"}"
    assert isinstance(created(200, body), Unknown)
    assert isinstance(StatusOf(TASK)(200, {}, body, now=NOW), Unreadable)


UUID = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("t-1", {"task_id": "t-1"}),
        ("t-1", {"task_id": " t-1 "}),
        (" t-1", {"task_id": "t-1"}),
        ("17", {"task_id": 17}),
        (UUID, {"task_id": UUID.upper()}),
        (UUID.upper(), {"task_id": UUID}),
        ("t-1", {"task_id": None}),
        ("t-1", {"task_id": ""}),
        ("t-1", {}),
        ("t-1", {"taskId": "t-1"}),
    ],
)
def test_an_answer_about_the_task_that_was_asked_for_counts(asked, told):
    body = envelope({"status": 1, "output_urls": ["https://h/a"], **told})
    assert StatusOf(asked)(200, {}, body, now=NOW) == Finished(("https://h/a",))


@pytest.mark.parametrize("status", [1, 0, -1])
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("t-1", {"task_id": "t-2"}),
        ("t-1", {"task_id": "T-1"}),
        ("t-1", {"task_id": 1}),
        ("17", {"task_id": 171}),
        (UUID, {"task_id": UUID.replace("5", "6")}),
        ("t-1", {"task_id": ["t-1"]}),
        ("t-1", {"task_id": {"id": "t-1"}}),
        ("t-1", {"task_id": True}),
        ("t-1", {"task_id": "t-1", "taskId": "t-2"}),
    ],
)
def test_an_answer_about_another_task_says_nothing_about_this_one(asked, told, status):
    body = envelope({"status": status, "output_urls": ["https://h/a"], **told})
    assert isinstance(StatusOf(asked)(200, {}, body, now=NOW), Unreadable)


def test_another_tasks_id_beside_the_data_is_seen_too():
    body = envelope({"status": -1}, task_id="t-2")
    assert isinstance(StatusOf("t-1")(200, {}, body, now=NOW), Unreadable)


HUGE = [2**53, -(2**53), 10**18, 10**30, 1e30, -1e30, 1e308, "1" + "0" * 30, "1e308", "9" * 5000]


def wire(**data):
    """An envelope as any program might write it: whole numbers of any length."""
    return json.dumps({"success": True, "errorMsg": "", "error_code": 0, "data": data}).encode()


@pytest.mark.parametrize("number", HUGE)
def test_a_balance_beyond_all_measure_is_none(number):
    assert isinstance(read_account(200, {}, wire(balances=number), now=NOW), Unreadable)


@pytest.mark.parametrize("number", HUGE)
def test_a_status_beyond_all_measure_fails_and_finishes_nothing(number):
    assert isinstance(StatusOf(TASK)(200, {}, wire(status=number), now=NOW), Working | Unreadable)


@pytest.mark.parametrize("code", [10**18, 10**30, 1e30, 1e308, -1e308])
def test_an_error_code_beyond_all_measure_is_kept_as_a_text(code):
    body = json.dumps({"success": False, "errorMsg": "no", "error_code": code}).encode()
    note = created(200, body).note
    assert isinstance(note.code, str)
    assert len(note.code) <= 100


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
    assert isinstance(StatusOf(TASK)(status, {}, body, now=NOW), Unreadable)


def test_a_busy_server_says_how_long_to_wait():
    answer = StatusOf(TASK)(429, {"Retry-After": "9"}, PAGE, now=NOW)
    assert answer == Unreadable("the API's answer cannot be read (HTTP 429)", 9.0)


@pytest.mark.parametrize(("status", "body"), [(401, PAGE), (403, no()), (200, no(code=401))])
def test_a_refused_key_is_no_matter_of_waiting(status, body):
    assert isinstance(StatusOf(TASK)(status, {}, body, now=NOW), KeyRefused)


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
