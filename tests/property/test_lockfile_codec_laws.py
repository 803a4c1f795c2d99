from __future__ import annotations

import json

import jsonschema_rs
from hypothesis import given
from hypothesis import strategies as st

from fakes.lockfile_strategies import journal_entries, lockfile_entries
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.codec import decode_lockfile, encode_lockfile
from sora2batch.lockfile.content import lockfile_of
from sora2batch.lockfile.fold import fold_all
from sora2batch.lockfile.line import decode_job, encode_journal_line
from sora2batch.lockfile.merge import merge_lockfiles

LOCKFILES = st.lists(lockfile_entries, max_size=4).map(
    lambda entries: lockfile_of("x.yaml", fold_all(entries).values())
)
LINE = jsonschema_rs.Draft202012Validator(load_schema("lockfile.schema.json"))


@given(LOCKFILES)
def test_decode_undoes_encode(lockfile):
    assert decode_lockfile(encode_lockfile(lockfile), file="x.lock.jsonl") == lockfile


@given(LOCKFILES)
def test_every_line_written_follows_the_schema(lockfile):
    for line in encode_lockfile(lockfile).split(b"\n")[:-1]:
        assert LINE.is_valid(json.loads(line)), line


@given(journal_entries)
def test_a_journal_line_comes_back_and_follows_the_schema(entry):
    for attempt in entry.attempts:
        line = json.loads(encode_journal_line(entry.only(attempt)))
        assert decode_job(line) == entry.only(attempt)
        assert LINE.is_valid(line)


@given(LOCKFILES, st.randoms())
def test_lines_in_any_order_give_the_same_bytes(lockfile, random):
    data = encode_lockfile(lockfile)
    header, *lines, end = data.split(b"\n")
    random.shuffle(lines)
    shuffled = b"\n".join([header, *lines, *lines[:2], end])
    assert encode_lockfile(decode_lockfile(shuffled, file="x")) == data


@given(LOCKFILES, LOCKFILES, LOCKFILES)
def test_merging_in_any_order_gives_the_same_bytes(one, two, three):
    def merged(*lockfiles):
        result = lockfiles[0]
        for other in lockfiles[1:]:
            result = merge_lockfiles(lockfile_of("x.yaml", ()), result, other)
        return encode_lockfile(result)

    assert merged(one, two, three) == merged(three, one, two) == merged(two, three, one, one)
