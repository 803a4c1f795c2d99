"""How the API has answered create calls so far: whether it is there at all."""

from __future__ import annotations

_MOST_DOUBTS_IN_A_ROW = 20
"""Calls without an answer, and none answered between them, after which no more are made."""


class AnswerCount:
    """Counts answers, and the calls in a row that got none."""

    def __init__(self) -> None:
        self.answered = 0
        """Calls that the API took or refused for good: while this grows, the API is there."""
        self._doubts_in_a_row = 0

    def add(self) -> None:
        """Count an answer."""
        self.answered += 1
        self._doubts_in_a_row = 0

    def add_doubt(self) -> str | None:
        """Count a call without one; say why no more are made, once there were too many in a row."""
        self._doubts_in_a_row += 1
        if self._doubts_in_a_row < _MOST_DOUBTS_IN_A_ROW:
            return None
        return f"{_MOST_DOUBTS_IN_A_ROW} create calls in a row got no answer that can be trusted"
