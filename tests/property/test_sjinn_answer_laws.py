"""Laws of reading answers: nothing that the API may send raises, and money is never taken for granted."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.sjinn.answer import Accepted, Failed, Finished, LedgerPage, NotAccepted, Rejected, Unknown
from sora2batch.sjinn.envelope import printable_line
from sora2batch.sjinn.ledger import read_ledger
from sora2batch.sjinn.protocol import StatusOf, read_account, read_create
from sora2batch.sjinn.timeouts import retry_after

TASK = "task-1"
NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([-1, 0, 1, 100, 401, 429])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20).filter(lambda text: text.isprintable())
    | st.sampled_from(["1", "-1", "429", "2026-11-22T09:00:00Z"])
)
NAMES = st.sampled_from(
    [
        "task_id",
        "status",
        "output_urls",
        "error",
        "records",
        "id",
        "task_type",
        "cost_credits",
        "create_time",
        "next_cursor",
        "has_more",
        "balances",
        "subscription",
        "message",
        "tier",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans() | SCALARS,
        "errorMsg": VALUES,
        "error_code": SCALARS,
        "code": SCALARS,
        "data": VALUES,
    },
).map(orjson.dumps)
BODIES = ENVELOPES | st.binary(max_size=60) | ENVELOPES.map(lambda body: body[:-1])
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 402, 403, 404, 429, 500, 502, 503, 599])
HEADERS = st.fixed_dictionaries({}, optional={"Retry-After": st.text(max_size=30) | st.floats().map(str)})


@given(STATUSES, HEADERS, BODIES)
def test_no_answer_raises_and_every_reader_gives_the_same_twice(status, headers, body):
    for read in (read_create, StatusOf(TASK), read_account, read_ledger):
        assert read(status, headers, body, now=NOW) == read(status, headers, body, now=NOW)


@given(STATUSES, HEADERS, BODIES)
def test_a_create_call_is_accepted_only_by_success_and_a_task_id(status, headers, body):
    answer = read_create(status, headers, body, now=NOW)
    try:
        root = orjson.loads(body)
    except orjson.JSONDecodeError:
        root = None
    success = isinstance(root, dict) and root.get("success") is True
    if isinstance(answer, Accepted):
        assert success
        assert str(root["data"]["task_id"]) == answer.task_id
    if success and status not in {429, 503}:
        # Whatever else a success says, it never frees the job to be sent again.
        assert isinstance(answer, Accepted | Unknown)


@given(STATUSES, BODIES)
def test_a_job_is_repeated_or_given_up_only_by_an_explicit_no(status, body):
    answer = read_create(status, {}, body, now=NOW)
    if isinstance(answer, Rejected):
        assert orjson.loads(body)["success"] is False
    if isinstance(answer, NotAccepted) and status not in {429, 503}:
        root = orjson.loads(body)
        assert root["success"] is False
        assert "429" in {str(root.get("error_code")), str(root.get("code"))} or 429.0 in {
            root.get("error_code"),
            root.get("code"),
        }


@given(STATUSES, BODIES)
def test_a_task_ends_only_by_success_and_status_1_or_minus_1(status, body):
    answer = StatusOf(TASK)(status, {}, body, now=NOW)
    if isinstance(answer, Finished | Failed):
        root = orjson.loads(body)
        assert root["success"] is True
        assert float(root["data"]["status"]) == (1 if isinstance(answer, Finished) else -1)


@given(STATUSES, BODIES)
def test_a_ledger_page_never_hides_a_task(status, body):
    answer = read_ledger(status, {}, body, now=NOW)
    if isinstance(answer, LedgerPage):
        rows = orjson.loads(body)["data"]["records"]
        named = [
            row["task_id"] for row in rows if isinstance(row, dict) and isinstance(row.get("task_id"), str)
        ]
        assert {task_id for task_id in named if task_id.strip()} <= {
            found.task_id for found in answer.records
        }


@given(st.text(max_size=3000))
def test_one_line_is_short_printable_and_stays_as_it_is(text):
    line = printable_line(text)
    assert line.isprintable()
    assert len(line) <= 500
    assert printable_line(line) == line


@given(HEADERS)
def test_a_wait_is_at_most_an_hour(headers):
    seconds = retry_after(headers, now=NOW)
    assert seconds is None or 0 <= seconds <= 3600
