"""Picks files read back as what was written, whatever people type."""

from hypothesis import given
from hypothesis import strategies as st

from sora2batch.picks.picks import Pick, parse_picks
from sora2batch.picks.picks_merge import merge_picks
from sora2batch.picks.picks_text import head_of, picks_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FINGERPRINTS = st.integers(0, 7).map(lambda number: f"sha256:{number:064x}")
PICKS = st.builds(
    Pick,
    key=TEXTS.filter(bool),
    fingerprint=FINGERPRINTS,
    favourite=st.none() | st.booleans(),
    rating=st.none() | st.integers(1, 5),
    note=TEXTS,
)
MANY = st.lists(PICKS, max_size=6, unique_by=lambda pick: pick.fingerprint)


@given(TEXTS, MANY)
def test_what_is_written_reads_back(manifest, picks):
    text = picks_text(manifest, picks)
    found = parse_picks(text.encode(), file="picks.yaml")
    assert (found.manifest, found.picks) == (manifest, tuple(picks))
    assert picks_text(manifest, found.picks, head=head_of(text)) == text


@given(MANY, MANY)
def test_a_merge_says_what_was_said_last_and_nothing_else_is_lost(present, made):
    merged = merge_picks(present, made)
    said = {pick.fingerprint: pick for pick in [*present, *made]}
    news = {pick.fingerprint for pick in made}
    kept = {job: pick for job, pick in said.items() if job not in news or not pick.is_empty}
    assert {pick.fingerprint: pick for pick in merged} == kept
    assert len(merged) == len(kept)
    assert merge_picks(merged, made) == merged
