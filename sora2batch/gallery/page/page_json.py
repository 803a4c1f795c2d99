"""A gallery as JSON that can stand inside a page."""

from __future__ import annotations

from typing import Any

import orjson

from sora2batch.gallery.page.card import Card, Clip, Gallery, Mark, Result, SentFile, Tariff
from sora2batch.ground.garbage import collector_paused

_DIGEST_DIGITS = 12
_UNSAFE = ((b"&", b"\\u0026"), (b"<", b"\\u003c"), (b">", b"\\u003e"))


def encode_gallery(gallery: Gallery) -> str:
    """Write the data that the page's script reads.

    *Shape*: one JSON object; most of what is absent, empty or false is left out. No ``<``, ``>`` or ``&`` is
    in it: no text can end the element that it stands in, or begin another.
    """
    with collector_paused():
        data = orjson.dumps(_gallery(gallery))
    for character, escaped in _UNSAFE:
        data = data.replace(character, escaped)
    return data.decode()


def readable(text: str) -> str:
    """Spell what is no Unicode, such as a file name of other bytes, with backslashes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _gallery(gallery: Gallery) -> dict[str, Any]:
    money, files = gallery.money, _Files()
    return {
        "manifest": readable(gallery.manifest),
        "name": readable(gallery.name),
        "simulated": gallery.simulated,
        "base": gallery.base,
        "money": {
            "budget": money.budget,
            "spent": money.spent,
            "inDoubt": money.in_doubt,
            "toSpend": money.to_spend,
        },
        "axes": [{"name": axis.name, "labels": axis.labels} for axis in gallery.axes],
        "cards": [_card(card, files) for card in gallery.cards],
        "files": [_sent_file(file) for file in files.places],  # once each: many jobs send the same
        "tariffs": [_tariff(tariff) for tariff in gallery.tariffs],
        "marks": [_mark(mark) for mark in gallery.marks],
    } | _present(folder=readable(gallery.folder))


class _Files:
    """Numbers files as they come, so that each stands in the page once."""

    def __init__(self) -> None:
        self.places: dict[SentFile, int] = {}

    def place_of(self, file: SentFile) -> int:
        return self.places.setdefault(file, len(self.places))


def _card(card: Card, files: _Files) -> dict[str, Any]:
    always = {
        "key": card.key,
        "fingerprint": card.fingerprint,
        "labels": dict(card.labels),
        "tool": card.tool_type,
        "input": card.input,
        "kin": card.kin,
        "price": card.price,
        "spent": card.spent,
    }
    return always | _present(
        files=[(field, files.place_of(file)) for field, file in card.files],
        take=card.take if card.take > 1 else None,
        result=card.result and _result(card.result),
        alsoPaid=[_result(result) for result in card.also_paid],
        isOrphan=card.is_orphan,
        isPast=card.is_past,
        change=card.change,
        before=card.before and _card(card.before, files),
    )


def _result(result: Result) -> dict[str, Any]:
    return _present(
        state=result.state,
        credits=result.credits,
        taskId=result.task_id,
        submittedAt=result.submitted_at,
        finishedAt=result.finished_at,
        error=result.error and _present(code=result.error.code, message=result.error.message),
        clips=[_clip(clip) for clip in result.clips],
    )


def _clip(clip: Clip) -> dict[str, Any]:
    return _present(path=clip.path, href=clip.href, bytes=clip.bytes, look=dict(clip.look))


def _sent_file(sent: SentFile) -> dict[str, Any]:
    return _present(file=sent.file, digest=sent.sha256[:_DIGEST_DIGITS], href=sent.href)


def _tariff(tariff: Tariff) -> dict[str, Any]:
    return _present(
        tool=tariff.tool_type, field=tariff.field, rates=dict(tariff.rates), seconds=tariff.seconds_field
    )


def _mark(mark: Mark) -> dict[str, Any]:
    return _present(
        fingerprint=mark.fingerprint, favourite=mark.favourite, rating=mark.rating, note=mark.note
    )


def _present(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
