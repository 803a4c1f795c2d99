"""The API's way of saying no, and its envelope around every answer.

Source: sjinn.ai/docs, "Tool API": ``{success, errorMsg, error_code, data}``.
"""

from __future__ import annotations

from enum import IntEnum

from sora2batch.ground.canonical import JsonObject


class ErrorCode(IntEnum):
    """``error_code`` of the envelope; 0 is success. 100, 101 and 401 are the API's, the others ours."""

    NO_CREDITS = 100
    NO_MEMBERSHIP = 101
    BAD_INPUT = 400
    BAD_KEY = 401
    NOT_FOUND = 404


class RefusalError(Exception):
    """The call was understood and refused; nothing is charged."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        """HTTP 200 even for bad input, as the API does it; only a bad key shows in the status line."""
        return 401 if self.code is ErrorCode.BAD_KEY else 200

    def envelope(self) -> JsonObject:
        """Wrap the refusal as the API would."""
        return {"success": False, "errorMsg": self.message, "error_code": int(self.code), "data": None}


def envelope(data: JsonObject) -> JsonObject:
    """Wrap an answer as the API would."""
    return {"success": True, "errorMsg": "", "error_code": 0, "data": data}
