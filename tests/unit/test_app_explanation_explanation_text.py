"""What was sent and charged, in every state."""

import pytest

from fakes.building import job_of, plan_of
from fakes.lock_entry import attempt, completed, failed, in_doubt, rejected, submitted
from sora2batch.app.explanation.explanation import Explanation
from sora2batch.app.explanation.explanation_text import explanation_lines
from sora2batch.lockfile.entry import Entry, ErrorNote, Output, State

JOB = job_of("fox")
SENT = {"submitted_at": "2026-11-22T09:00:00Z", "api": "sjinn.ai"}
ENDED = SENT | {"finished_at": "2026-11-22T09:03:10Z"}
FILE = Output(url="https://x.example/a.mp4", path="hero/fox.mp4", sha256="ab" * 32, bytes=123456)


def lines_of(*attempts, key=JOB.key, is_orphan=False):
    entry = Entry.of(JOB, *attempts).with_key(key) if attempts else None
    (planned,) = plan_of(JOB, entries=(entry,) if entry else ()).jobs
    return list(
        explanation_lines(
            Explanation(
                manifest="a.yaml",
                lockfile="a.lock.jsonl",
                key=JOB.key,
                tool_type=JOB.tool_type,
                take=JOB.take,
                input=JOB.input,
                fingerprint=JOB.fingerprint,
                planned=None if is_orphan else planned,
                origin=None,
                tool_defaults={},
                entry=entry,
                former=(),
                nearest=None,
                price_text="420",
                credit_price=None,
                result=None,
                filename=None,
            )
        )
    )


def ending(*attempts, **more):
    """From the action on."""
    lines = lines_of(*attempts, **more)
    return lines[next(at for at, line in enumerate(lines) if line.startswith("action")) :]


@pytest.mark.parametrize(
    ("attempts", "told"),
    [
        ((), ["action  submit: not in the lockfile", "  a run sends it, for 420 credits"]),
        (
            (submitted(**SENT),),
            [
                "  a run waits for its task and fetches the file; nothing more is charged",
                "paid  420 credits, by a.lock.jsonl",
                "  sent 2026-11-22T09:00:00Z to sjinn.ai: task task-a, 420 credits",
                "    still generating, as far as is known",
            ],
        ),
        (
            (completed(**ENDED, outputs=(FILE,)),),
            [
                "action  skip: finished",
                "    completed 2026-11-22T09:03:10Z, after 190 seconds",
                "    hero/fox.mp4, 123,456 bytes, sha256 abababababab…",
            ],
        ),
        (
            (failed(**ENDED, error=ErrorNote(message="no\x1b[31m\nface")),),
            ["  a run leaves it alone; --retry-failed sends it again, for 420 credits", "    no [31m face"],
        ),
        (
            (rejected(**SENT, error=ErrorNote(message="bad")),),
            ["paid  0 credits, by a.lock.jsonl", "  sent 2026-11-22T09:00:00Z to sjinn.ai, not charged"],
        ),
        ((in_doubt(**SENT),), ["  sent 2026-11-22T09:00:00Z to sjinn.ai, 420 credits, or not: nobody knows"]),
        (
            (completed(**ENDED), attempt(State.FAILED, "task-b", number=2)),
            [
                "paid  840 credits, by a.lock.jsonl",
                "  sent at an unknown time, attempt 2: task task-b, 420 credits",
                "    failed",
            ],
        ),
    ],
)
def test_every_call_is_told_with_what_came_of_it(attempts, told):
    lines = ending(*attempts)
    assert [line for line in told if line not in lines] == []


def test_a_record_under_another_key_and_an_orphan_say_so():
    assert "  recorded there as old/fox; that follows with the next run" in ending(
        completed(**ENDED), key="old/fox"
    )
    assert ending(completed(**ENDED), is_orphan=True)[0].startswith("action  none: the manifest does not ask")
    assert '  prompt  "a fox"  as it was sent' in lines_of(completed(**ENDED), is_orphan=True)
