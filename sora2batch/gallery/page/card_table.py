"""Cards as a table: a column for each field, of which most hold the same again and again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from sora2batch.gallery.page.card import Card, SentFile, spent_on
from sora2batch.gallery.page.column import (
    SPELLED_OUT,
    Column,
    column_of,
    continued,
    lists_of,
    records_of,
)
from sora2batch.gallery.page.link import Links
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output

_DIGEST = "sha256:"
_DIGITS = 64
_DIGEST_LENGTH = len(_DIGEST) + _DIGITS
_HEX = b"0123456789abcdef"


class FileNumbers:
    """Numbers files as they come, so that each stands in the page once."""

    def __init__(self) -> None:
        self.places: dict[SentFile, int] = {}

    def place_of(self, file: SentFile) -> int:
        """Tell which of the page's files it is."""
        return self.places.setdefault(file, len(self.places))


def table_of(cards: Sequence[Card], files: FileNumbers, links: Links) -> dict[str, Any]:
    """Write cards; ``batch.js`` reads them.

    *Shape*: columns of so many rows. A key continues its labels, without the take; the path of a clip
    continues its card's key; its URL is the way from the page to the folder, and its path.
    """
    keys = [card.key for card in cards]
    labels = _labels([card.labels for card in cards])
    places = enumerate(cards)
    return {
        "count": len(cards),
        "labels": [(axis, column_of(values)) for axis, values in labels.items()],
        "key": continued(_stems(labels, len(cards)), keys),
        **_identities(cards),
        "tool": column_of([card.tool_type for card in cards]),
        "take": column_of([card.take for card in cards]),
        "input": records_of([card.input for card in cards]),
        "kin": column_of([place - card.kin for place, card in places]),
        "price": column_of([card.price for card in cards]),
        "spent": column_of([card.spent for card in cards]),
        "files": _files([card.files for card in cards], files),
        "result": _results(keys, [(card.result,) if card.result else () for card in cards], links),
        "alsoPaid": _results(keys, [card.also_paid for card in cards], links),
        "isOrphan": column_of([card.is_orphan for card in cards]),
        "isPast": column_of([card.is_past for card in cards]),
        "change": column_of([card.change and card.change.value for card in cards]),
        "before": _before(cards, files, links),
        **_lineage(cards),
    }


def _labels(rows: Sequence[tuple[tuple[str, str], ...]]) -> dict[str, list[str | None]]:
    """Sort labels by their axes; None for a card that has no place on one."""
    if (labels := _labels_of_alike(rows)) is not None:
        return labels
    by_axis = [*map(dict, rows)]
    axes = dict.fromkeys(axis for axis, _ in dict.fromkeys(chain.from_iterable(rows)))
    return {axis: [row.get(axis) for row in by_axis] for axis in axes}


def _labels_of_alike(rows: Sequence[tuple[tuple[str, str], ...]]) -> dict[str, list[str | None]] | None:
    """Sort them where all have the same axes, as in one matrix: in a fraction of the time."""
    if len(set(map(len, rows))) != 1:
        return None
    columns = [*zip(*rows, strict=True)]
    axes = [{axis for axis, _ in set(column)} for column in columns]
    if any(len(names) != 1 for names in axes):
        return None
    return {axis: [label for _, label in column] for (axis,), column in zip(axes, columns, strict=True)}


def _stems(labels: dict[str, list[str | None]], count: int) -> Iterable[str]:
    """Put the labels of each card together as keys do: all but the last, which is the take."""
    columns = [*labels.values()][:-1]
    return ("/".join(filter(None, row)) for row in zip(*columns, strict=True)) if columns else [""] * count


def _identities(cards: Sequence[Card]) -> dict[str, Any]:
    """Write the fingerprints of those that have one, and how many each has: one or none."""
    known = [card.fingerprint for card in cards if card.fingerprint is not None]
    counts = [card.fingerprint is not None for card in cards] if len(known) < len(cards) else [True]
    return {"known": column_of([*map(int, counts)]), "fingerprint": _fingerprints(known)}


def _lineage(cards: Sequence[Card]) -> dict[str, Any]:
    """Write what each is made from, and why some wait; next to nothing where there is neither."""
    staged = cards if any(card.needs or card.wait for card in cards) else ()
    count, needs = lists_of([card.needs for card in staged])
    waits, found = lists_of([(card.wait,) if card.wait else () for card in staged])
    return {
        "needs": {"count": count if staged else {"is": 0}, "name": column_of(needs)},
        "wait": {
            "count": waits if staged else {"is": 0},
            "reason": column_of([wait.reason for wait in found]),
            "isBlocked": column_of([wait.is_blocked for wait in found]),
        },
    }


def _fingerprints(fingerprints: Sequence[str]) -> str | Column:
    """Write digests as one text of 64 digits each."""
    together, count = "".join(fingerprints), len(fingerprints)
    digits = together.replace(_DIGEST, "")
    if (
        count <= SPELLED_OUT
        or len(together) != _DIGEST_LENGTH * count
        or any(together[at::_DIGEST_LENGTH] != sign * count for at, sign in enumerate(_DIGEST))
        or len(digits) != _DIGITS * count
        or digits.encode("utf-8", "replace").translate(None, _HEX)
    ):
        return list(fingerprints)
    return digits


def _files(cards: Sequence[tuple[tuple[str, SentFile], ...]], files: FileNumbers) -> dict[str, Any]:
    count, sent = lists_of(cards)
    return {
        "count": count,
        "field": column_of([field for field, _ in sent]),
        "place": column_of([files.place_of(file) for _, file in sent]),
    }


def _results(keys: Sequence[str], cards: Sequence[tuple[Attempt, ...]], links: Links) -> dict[str, Any]:
    count, results = lists_of(cards)
    keys = [key for key, found in zip(keys, cards, strict=True) for _ in found]
    return {
        "count": count,
        "state": column_of([result.state._value_ for result in results]),
        "credits": column_of([spent_on(result) or None for result in results]),
        "taskId": column_of([result.task_id or None for result in results]),
        "submittedAt": column_of([result.submitted_at or None for result in results]),
        "finishedAt": column_of([result.finished_at or None for result in results]),
        "error": column_of([result.error and _error(result.error) for result in results]),
        "clips": _clips(keys, [result.outputs for result in results], links),
    }


def _clips(keys: Sequence[str], results: Sequence[tuple[Output, ...]], links: Links) -> dict[str, Any]:
    count, outputs = lists_of(results)
    keys = [key for key, found in zip(keys, results, strict=True) for _ in found]
    paths = [output.path or "" for output in outputs]
    hrefs = [links.to(output) for output in outputs]
    folder = links.way if len(outputs) > SPELLED_OUT else None
    return {
        "count": count,
        "folder": folder or "",
        "path": continued(keys, paths),
        "href": _ways(hrefs, paths, folder),
        "bytes": column_of([output.bytes or None for output in outputs]),
        "look": column_of([dict(output.look) if output.look else None for output in outputs]),
    }


def _ways(hrefs: Sequence[str | None], paths: Sequence[str], folder: str | None) -> Column:
    """Write URLs: ``+`` where one is the way to the folder and the path, ``=`` and all of it where not."""
    if folder is not None and hrefs == [folder + path for path in paths]:
        return {"is": "+"}
    return column_of([_way(*pair, folder) for pair in zip(hrefs, paths, strict=True)])


def _way(href: str | None, path: str, folder: str | None) -> str | None:
    if href is None:
        return None
    return "+" if folder is not None and href == folder + path else f"={href}"


def _error(error: ErrorNote) -> JsonObject:
    fields: dict[str, JsonValue] = {"code": error.code, "message": error.message}
    return {name: value for name, value in fields.items() if value}


def _before(cards: Sequence[Card], files: FileNumbers, links: Links) -> dict[str, Any] | None:
    count, former = lists_of([(card.before,) if card.before else () for card in cards])
    return {"count": count, "cards": table_of(former, files, links)} if former else None
