"""What a checker and its worker say to each other: a line of JSON each, a question and its answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from sora2batch.catalog.tool import Kind
from sora2batch.clipcheck.clip_finding import ClipFinding, ClipFindings, Expected, FindingKind, NotChecked
from sora2batch.ground.text import one_line

_REASON_ROOM = 300


class Question(NamedTuple):
    """A file, and what it is held against."""

    path: Path
    expected: Expected


def encode_question(question: Question) -> bytes:
    """Write a question as a line, LF included."""
    expected = question.expected
    told = {
        "path": str(question.path.absolute()),  # the other process may be elsewhere
        "kind": expected.kind.value,
        "seconds": expected.seconds,
        "aspect": expected.aspect,
        "sound": expected.sound,
    }
    return json.dumps(told).encode() + b"\n"


def decode_question(line: str) -> Question:
    """Read a question of ours."""
    told: dict[str, Any] = json.loads(line)
    expected = Expected(
        kind=Kind(told["kind"]), seconds=told["seconds"], aspect=told["aspect"], sound=told["sound"]
    )
    return Question(Path(told["path"]), expected)


def encode_answer(found: ClipFindings | NotChecked) -> str:
    """Write an answer as a line, LF included."""
    if isinstance(found, NotChecked):
        return json.dumps({"not_checked": found.reason}) + "\n"
    return json.dumps({"findings": [[one.kind.value, one.reason] for one in found]}) + "\n"


def decode_answer(line: bytes) -> ClipFindings | NotChecked | None:
    """Read an answer; whoever gave it may have been taken over, so nothing is believed but its form.

    None of what is no answer: the process ended in the middle, or speaks nonsense.
    """
    try:
        answer = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    try:
        found = [ClipFinding(FindingKind(kind), _words(reason)) for kind, reason in answer["findings"]]
    except (KeyError, TypeError, ValueError):
        return NotChecked(_words(answer.get("not_checked", "the decoder made no sense")))
    return tuple(sorted({one.kind: one for one in found if one.reason}.values()))


def _words(told: object) -> str:
    return one_line(str(told), _REASON_ROOM)
