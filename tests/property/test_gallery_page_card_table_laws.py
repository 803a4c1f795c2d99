"""Whatever cards say, the columns of the page say the same, and no character of markup."""

import re
from dataclasses import replace

import orjson
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fakes.page_case import gallery_of
from fakes.page_data import meant, read_data, values
from sora2batch.gallery.page.card import Card, Change, SentFile, Wait
from sora2batch.gallery.page.column import SPELLED_OUT, column_of
from sora2batch.gallery.page.front_coding import BLOCK, front_code
from sora2batch.gallery.page.page_json import encode_gallery
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State

HOSTILE = [
    "</script>",
    "<!--",
    "&amp;",
    "\u2028",
    "\u202e",
    "\0",
    "😀",
    "+",
    "=",
    "/",
    "",
    "hero",
    "hero/fox",
    "__proto__",
]
NUMBERS = st.integers(0, 2**53)
TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    TEXTS | st.integers(-3, 3) | st.booleans() | st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
LOOKS = st.dictionaries(TEXTS, TEXTS, max_size=2).map(lambda look: (*look.items(),))
DIGESTS = st.none() | st.just("0" * 64)
OUTPUTS = st.builds(Output, st.none(), st.none() | TEXTS, DIGESTS, st.none() | NUMBERS, st.booleans(), LOOKS)
STATES = [(State.COMPLETED, "t"), (State.FAILED, "</script>"), (State.IN_DOUBT, None), (State.REJECTED, None)]
RESULTS = st.builds(
    lambda known, fields: Attempt(known[0], task_id=known[1], **fields),
    st.sampled_from(STATES),
    st.fixed_dictionaries(
        {
            "credits": st.integers(0, 9),
            "submitted_at": st.none() | TEXTS,
            "finished_at": st.none() | TEXTS,
            "error": st.none() | st.builds(ErrorNote, code=st.none() | TEXTS | NUMBERS, message=TEXTS),
            "outputs": st.lists(OUTPUTS, max_size=2).map(tuple),
        }
    ),
)
FILES = st.builds(SentFile, file=TEXTS, sha256=st.sampled_from(["0" * 64, "1" * 64]), href=st.none() | TEXTS)
LABELS = st.dictionaries(st.sampled_from(["group", "a", "__proto__", "take"]) | TEXTS, TEXTS, max_size=4)
FINGERPRINTS = st.sampled_from(["sha256:" + digit * 64 for digit in "0af"]) | TEXTS


def cards(before):
    return st.builds(
        Card,
        key=TEXTS,
        fingerprint=st.none() | FINGERPRINTS,
        labels=LABELS.map(lambda labels: (*labels.items(),)),
        tool_type=TEXTS,
        take=st.integers(1, 3),
        input=st.dictionaries(st.sampled_from(["prompt", "mode"]) | TEXTS, VALUES, max_size=3),
        kin=st.integers(0, 5),
        price=NUMBERS,
        files=st.lists(st.tuples(TEXTS, FILES), max_size=2).map(tuple),
        result=st.none() | RESULTS,
        also_paid=st.lists(RESULTS, max_size=2).map(tuple),
        is_orphan=st.booleans(),
        is_past=st.booleans(),
        change=st.none() | st.sampled_from(Change),
        before=before,
        needs=st.lists(TEXTS, max_size=2).map(tuple),
        wait=st.none() | st.builds(Wait, reason=TEXTS, is_blocked=st.booleans()),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])  # there is much to draw
@given(st.lists(cards(st.none() | cards(st.none())), max_size=5).map(tuple))
def test_what_is_read_back_is_what_was_meant(some):
    gallery = replace(gallery_of(), cards=some)
    data = encode_gallery(gallery)
    assert not set("<>&") & set(data)
    assert read_data(data)["cards"] == meant(gallery)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(cards(st.none()), min_size=1, max_size=3).map(tuple))
def test_what_is_read_back_is_what_was_meant_where_there_are_many(some):
    gallery = replace(gallery_of(), cards=some * (1 + SPELLED_OUT // len(some)))
    assert read_data(encode_gallery(gallery))["cards"] == meant(gallery)


def test_in_a_page_of_few_cards_every_key_path_prompt_and_fingerprint_can_be_found():
    page = encode_gallery(exhibition := gallery_of())
    (card,) = exhibition.cards
    assert {card.key, card.fingerprint, card.input["prompt"]} <= set(re.findall(r'"=?([^"]*)"', page))


@given(st.lists(VALUES, max_size=9), st.integers(1, 3))
def test_a_column_holds_its_values_and_their_types(some, times):
    told = orjson.loads(orjson.dumps(column_of(some * times)))
    assert repr(values(told, len(some * times))) == repr(some * times)


@given(
    st.lists(
        st.lists(st.sampled_from(["a red fox 🦊", "im Schnee", "日本の狐", "", "x"]), max_size=3), min_size=1
    )
)
@example([["🦊"], ["🦊🦊"], ["😀🦊"]])
def test_texts_come_back_from_what_is_different_between_them(parts):
    texts = [f"a very long beginning that they share: {' '.join(part)}, and an end" for part in parts]
    texts *= 1 + BLOCK // len(texts)
    coded = front_code(texts)
    assert coded is None or values({"edits": coded.edits, "at": coded.at}, len(texts)) == texts


def test_prompts_that_differ_in_a_word_take_hardly_any_room():
    words = [f"word {number}" for number in range(40)]
    coded = front_code(
        [
            f"{one} and {other} in a long prompt about {third}."
            for one in words
            for other in words
            for third in words[:4]
        ]
    )
    assert len(coded.edits) < 400


def test_texts_that_have_nothing_in_common_stand_as_they_are():
    assert front_code([f"{number:x}" * 40 for number in range(100, 200)]) is None
