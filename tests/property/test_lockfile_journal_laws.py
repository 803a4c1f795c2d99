from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fakes.lock_entry import completed, entry_of, in_doubt, submitted, withdrawn
from fakes.lockfile_strategies import journal_lines
from sora2batch.lockfile.codec import encode_header
from sora2batch.lockfile.journal import decode_journal
from sora2batch.lockfile.line import encode_journal_line

HEADER = encode_header("x.yaml", pid=1, host="h", started_at="2026-11-22T09:00:00Z")
ENTRIES = [
    entry_of(in_doubt()),
    entry_of(withdrawn()),
    entry_of(in_doubt(trial=2), name="öwl — 🦉"),
    entry_of(submitted()),
    entry_of(completed()),
]


def read(data: bytes):
    return list(decode_journal(data, file="x.journal.jsonl"))


def test_a_journal_cut_at_any_byte_gives_the_lines_that_were_whole():
    data = HEADER
    ends = {len(HEADER): 0}
    for count, entry in enumerate(ENTRIES, start=1):
        data += encode_journal_line(entry)
        ends[len(data)] = count
    whole = 0
    for cut in range(len(data) + 1):
        whole = ends.get(cut, whole)
        assert read(data[:cut]) == ENTRIES[:whole], cut
        assert read(data[:cut] + bytes(100)) == ENTRIES[:whole], cut


@given(st.lists(journal_lines, max_size=6), st.integers(0, 400), st.integers(0, 600))
def test_a_hole_takes_only_the_lines_that_it_touches(entries, start, length):
    lines = [encode_journal_line(entry) for entry in entries]
    body = b"".join(lines)
    start = min(start, len(body))
    length = min(length, len(body) - start)
    torn = body[:start] + bytes(length) + body[start + length :]
    expected, position = [], 0
    for entry, line in zip(entries, lines, strict=True):
        position += len(line)
        if length == 0 or position <= start or position - len(line) >= start + length:
            expected.append(entry)
    found = read(HEADER + torn)
    lost = [entry for entry in expected if entry not in found]
    assert all(entry in expected for entry in found)
    assert len(lost) <= 1, "where a line's end is in the hole, the next line goes with it"


@given(st.binary(max_size=60))
def test_what_follows_the_last_newline_is_never_an_error(tail):
    lines = b"".join(encode_journal_line(entry) for entry in ENTRIES)
    assert read(HEADER + lines + tail.replace(b"\n", b"")) == ENTRIES
