"""What ``doctor`` tries with a store: write, refuse to overwrite, sign, fetch; each step with its remedy."""

from __future__ import annotations

from enum import Enum
from hashlib import sha256
from typing import Final, NamedTuple

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.signed_url import SignedUrl
from sora2batch.store.content_object import ContentObject
from sora2batch.store.content_store import ContentStore
from sora2batch.store.store_error import ObjectDamagedError

_TEXT: Final = (
    b"sora2batch looked whether it can write here. This object may stay: it is never written twice.\n"
)
PROBE_OBJECT: Final = ContentObject(sha256(_TEXT).hexdigest(), ".txt", len(_TEXT), "text/plain")
_SECONDS = 300


class ProbeOutcome(Enum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class ProbeStep(NamedTuple):
    """One thing that a store must be able to do."""

    name: str
    """``write``, ``refuse to overwrite``, ``sign``, ``fetch`` or ``reach``."""
    outcome: ProbeOutcome
    message: str
    """One line: what was found."""
    remedy: str | None = None


async def probe(store: ContentStore) -> tuple[ProbeStep, ...]:
    """Try everything that a batch needs; one small object of constant text stays in the store."""
    written = await _write(store)
    if written.outcome is not ProbeOutcome.PASSED:
        left = ("refuse to overwrite", "sign", "fetch", "reach")
        return (written, *(_skipped(name, "nothing could be written") for name in left))
    return (written, await _refuse(store), *await _by_url(store))


async def _write(store: ContentStore) -> ProbeStep:
    try:
        is_new = await store.put_bytes(PROBE_OBJECT, _TEXT)
    except Sora2BatchError as error:
        return _failed("write", error)
    told = "was written" if is_new else "is there from an earlier time"
    return _passed("write", f"{PROBE_OBJECT.name} {told}")


async def _refuse(store: ContentStore) -> ProbeStep:
    name = "refuse to overwrite"
    try:
        if await store.can_refuse(PROBE_OBJECT, _TEXT):
            return _passed(name, "an object that is there is not written over")
    except Sora2BatchError as error:
        return _failed(name, error)
    return ProbeStep(
        name,
        ProbeOutcome.FAILED,
        f"{store.location.url} writes over what is there (it does not know If-None-Match)",
        "it can be used all the same: the same name always means the same bytes",
    )


async def _by_url(store: ContentStore) -> tuple[ProbeStep, ProbeStep, ProbeStep]:
    if store.location.scheme == "file" and store.location.public_url is None:
        why = "a folder has no URLs: results can go there, inputs cannot come from there"
        return _skipped("sign", why), _skipped("fetch", why), _skipped("reach", why)
    try:
        url = await store.signed_url(PROBE_OBJECT.name, seconds=_SECONDS)
    except Sora2BatchError as error:
        why = "there is no URL"
        return _failed("sign", error), _skipped("fetch", why), _skipped("reach", why)
    is_public = store.location.public_url is not None
    signed = _passed("sign", "public_url is used, nothing is signed" if is_public else "a URL was signed")
    return signed, await _fetch(store, url), await _reach(store, url)


async def _fetch(store: ContentStore, url: SignedUrl) -> ProbeStep:
    try:
        data = await store.fetch_url(url, bytes=PROBE_OBJECT.bytes)
        if data != _TEXT:
            raise ObjectDamagedError(
                f"{store.location.url}: the URL of {PROBE_OBJECT.name} gives other bytes than were written",
                hint="look at what is in front of the bucket",
            )
    except Sora2BatchError as error:
        return _failed("fetch", error)
    return _passed("fetch", "its URL gives the very bytes that were written")


async def _reach(store: ContentStore, url: SignedUrl) -> ProbeStep:
    try:
        await store.check_url(url, bytes=PROBE_OBJECT.bytes, must_be_public=True)
    except Sora2BatchError as error:
        return _failed("reach", error)
    return _passed("reach", "the URL is https and at a public address")


def _passed(name: str, message: str) -> ProbeStep:
    return ProbeStep(name, ProbeOutcome.PASSED, message)


def _skipped(name: str, why: str) -> ProbeStep:
    return ProbeStep(name, ProbeOutcome.SKIPPED, why)


def _failed(name: str, error: Sora2BatchError) -> ProbeStep:
    return ProbeStep(name, ProbeOutcome.FAILED, error.message, error.hint)
