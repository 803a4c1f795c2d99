"""What the clouds' client raises, in our own words: its texts hold URLs, bodies, sometimes credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)

from sora2batch.store.store_error import (
    NoConditionError,
    ObjectMissingError,
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
)
from sora2batch.store.store_location import StoreLocation

CLOUD_ERRORS: Final = (BaseError, OSError, ValueError)
"""OSError covers what is not found, and time-outs."""

_STATUS = re.compile(r"non-2xx status code: ([1-5][0-9]{2})\b")
_CODE = re.compile(r"<Code>([A-Za-z]{2,60})</Code>")
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIME = "set this machine's clock: a signature is good for minutes around its time"
_RENEW = "get new credentials: these have expired"
_WRONG = {
    "s3": "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "look at what GOOGLE_APPLICATION_CREDENTIALS names",
    "az": "look at AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
_RIGHTS = {
    "s3": "it needs the rights s3:GetObject, s3:PutObject and s3:ListBucket",
    "gs": "it needs the roles Storage Object Viewer and Storage Object Creator",
    "az": "it needs the role Storage Blob Data Contributor",
}
_PLACE = {
    "s3": "look at the bucket's name, AWS_REGION and AWS_ENDPOINT_URL",
    "gs": "look at the bucket's name",
    "az": "look at the container's name and AZURE_STORAGE_ACCOUNT_NAME",
}
_REGION = "set AWS_REGION to the bucket's region"
_LATER = "run again later: nothing was paid, and what is there already is not sent again"
_HINT_OF_CODE: Mapping[str, str] = {
    "RequestTimeTooSkewed": _TIME,
    "ExpiredToken": _RENEW,
    "ExpiredTokenException": _RENEW,
    "TokenRefreshRequired": _RENEW,
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "InvalidToken": "AWS_SESSION_TOKEN belongs to other credentials",
}
_CREDENTIAL_CODES = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthenticationFailed"})
_NO_BUCKET_CODES = frozenset({"NoSuchBucket", "ContainerNotFound", "InvalidBucketName"})
_NO_CONDITION = 501


def is_there_already(error: Exception) -> bool:
    """Tell whether a write was refused because there is an object; or somebody is just writing it."""
    return isinstance(error, AlreadyExistsError)


def failure_of(error: Exception, location: StoreLocation, what: str, host: str) -> StoreError:
    """Word an error.

    Args:
        error: what the client raised; nothing of its text is shown but an HTTP status and a code.
        location: the store.
        what: was attempted, such as ``write sha256/00/….jpg``.
        host: of the endpoint; empty for the cloud's own.
    """
    text = str(error)
    status = int(found[1]) if (found := _STATUS.search(text)) else None
    code = found[1] if (found := _CODE.search(text)) else ""
    begin = f"{location.url}: cannot {what}"
    answered = f"HTTP {status}{f' ({code})' if code else ''}" if status else ""
    if isinstance(error, FileNotFoundError):
        return _missing(begin, location, code)
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        told = f"the store refused it with {answered}" if answered else "the credentials cannot be had"
        return StoreDeniedError(f"{begin}: {told}", hint=_hint_of_denial(code, location.scheme, status))
    if "redirect without LOCATION" in text:
        return StoreDeniedError(f"{begin}: the bucket is somewhere else", hint=_PLACE[location.scheme])
    if status == _NO_CONDITION:
        return NoConditionError(f"{begin}: the store answered {answered}", hint=_PLACE[location.scheme])
    if status is not None and status not in _BUSY and status < 500:
        hint = _HINT_OF_CODE.get(
            code, f"{_PLACE[location.scheme]}, and whether the credentials are still good"
        )
        return StoreDeniedError(f"{begin}: the store answered {answered}", hint=hint)
    return StoreUnavailableError(f"{begin}: {_word(error, answered, host)}", hint=_LATER)


def _missing(begin: str, location: StoreLocation, code: str) -> StoreError:
    if code in _NO_BUCKET_CODES:
        kind = "container" if location.scheme == "az" else "bucket"
        return ObjectMissingError(
            f"{begin}: there is no {kind} {location.bucket}", hint=_PLACE[location.scheme]
        )
    return ObjectMissingError(f"{begin}: it is not there")


def _hint_of_denial(code: str, scheme: str, status: int | None) -> str:
    if code in _HINT_OF_CODE:
        return _HINT_OF_CODE[code]
    return _WRONG[scheme] if code in _CREDENTIAL_CODES or status in {401, None} else _RIGHTS[scheme]


def _word(error: Exception, answered: str, host: str) -> str:
    who = host or "the store"
    if answered:
        return f"{who} answered {answered}"
    if isinstance(error, TimeoutError):
        return f"{who} took too long to answer"
    return f"no answer from {who}" if "error sending request" in str(error) else "the answer broke off"
