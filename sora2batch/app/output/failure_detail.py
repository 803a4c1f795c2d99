"""What is told of a failure before its two lines: where it came from, and every problem with its line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence

from sora2batch.app.backend.known_secrets import redact
from sora2batch.app.output.excerpt import problem_lines
from sora2batch.ground.problem import Problem


def detail_lines(problems: Sequence[Problem], trace: BaseException | None) -> Iterator[str]:
    """Write a traceback without secrets, then the problems of a manifest."""
    if trace:
        yield redact("".join(traceback.format_exception(trace)))
    yield from problem_lines(problems)
