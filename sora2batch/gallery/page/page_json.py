"""A gallery as JSON that can stand inside a page."""

from __future__ import annotations

from typing import Any

import orjson

from sora2batch.gallery.page.card import Gallery, Mark, SentFile, Tariff
from sora2batch.gallery.page.card_table import FileNumbers, table_of
from sora2batch.gallery.page.column import column_of, lists_of
from sora2batch.gallery.page.gate import Gates
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.garbage import collector_paused
from sora2batch.ground.text import readable

_DIGEST_DIGITS = 12
_UNSAFE = ((b"&", b"\\u0026"), (b"<", b"\\u003c"), (b">", b"\\u003e"))


def encode_gallery(gallery: Gallery) -> str:
    """Write the data that the page's script reads.

    *Shape*: one JSON object; what a hundred thousand cards say is written in columns (`card_table.py`). No
    ``<``, ``>`` or ``&`` is in it: no text can end the element that it stands in, or begin another.
    """
    with collector_paused():
        data = orjson.dumps(_gallery(gallery))
    for character, escaped in _UNSAFE:
        data = data.replace(character, escaped)
    return data.decode()


def _gallery(gallery: Gallery) -> dict[str, Any]:
    money, files = gallery.money, FileNumbers()
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
            "later": money.later,
        },
        "axes": [{"name": axis.name, "labels": axis.labels} for axis in gallery.axes],
        "cards": table_of(gallery.cards, files, gallery.links),
        "files": [_sent_file(file) for file in files.places],  # once each: many jobs send the same
        "tariffs": [_tariff(tariff) for tariff in gallery.tariffs],
        "marks": [_mark(mark) for mark in gallery.marks],
    } | _present(
        folder=readable(gallery.folder),
        creditPrice=gallery.credit_price and _credit_price(gallery.credit_price),
        stageAxes=[axis._asdict() for axis in gallery.stage_axes],
        gates=gallery.gates and _gates(gallery.gates),
    )


def _sent_file(sent: SentFile) -> dict[str, Any]:
    return _present(file=sent.file, digest=sent.sha256[:_DIGEST_DIGITS], href=sent.href)


def _tariff(tariff: Tariff) -> dict[str, Any]:
    return _present(
        tool=tariff.tool_type, field=tariff.field, rates=dict(tariff.rates), seconds=tariff.seconds_field
    )


def _credit_price(price: CreditPrice) -> dict[str, Any]:
    """Tell the page the price and how it is rounded; a browser's number has digits enough to show it."""
    return {"amount": float(price.amount), "currency": price.currency, "digits": price.digits}


def _gates(gates: Gates) -> dict[str, Any]:
    """Write the gates, and in columns what picks make possible: there may be many."""
    clauses_of, clauses = lists_of([offer.clauses for offer in gates.offers])
    keys_of, keys = lists_of([clause.keys for clause in clauses])
    return {
        "gates": [_present(file=one.file, group=one.group, minRating=one.min_rating) for one in gates.gates],
        "free": gates.free,
        "offers": {
            "count": len(gates.offers),
            "jobs": column_of([offer.jobs for offer in gates.offers]),
            "credits": column_of([offer.credits for offer in gates.offers]),
            "clauses": {"count": clauses_of, "gate": column_of([clause.gate for clause in clauses])},
            "keys": {"count": keys_of, "key": column_of(keys)},
        },
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return _present(
        fingerprint=mark.fingerprint, favourite=mark.favourite, rating=mark.rating, note=mark.note
    )


def _present(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
