"""What a result that is no longer asked for was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sora2batch.gallery.page.card import Card
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.lockfile.entry import Entry


class ParentFinder:
    """Tells the jobs of one key apart by what they have made: a result is known by its content."""

    def __init__(self, asked: Iterable[Card], unasked: Sequence[Entry]) -> None:
        self._former: dict[str, list[Entry]] = defaultdict(list)
        if any(entry.needs for entry in unasked):
            for entry in unasked:
                self._former[entry.key].append(entry)
        self._asked = frozenset(card.key for card in asked) if self._former else frozenset()

    def of(self, entry: Entry) -> tuple[str, ...]:
        """Name what it was made from; nothing of which nobody knows anything."""
        sent = {found.sha256 for value in entry.input.values() for found in file_inputs_in(value)}
        return tuple(name for key in entry.needs if (name := self._named(key, sent)))

    def _named(self, key: str, sent: set[str]) -> str | None:
        former = self._former.get(key, ())
        maker = next((one for one in former if not sent.isdisjoint(_made(one))), None)
        if maker is not None:
            return maker.fingerprint
        return key if key in self._asked else next((one.fingerprint for one in former), None)


def _made(entry: Entry) -> Iterator[str]:
    return (output.sha256 for output in entry.primary.outputs if output.sha256)
