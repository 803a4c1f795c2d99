"""What a checker and its worker say to each other: each understands the other, and believes no nonsense."""

from pathlib import Path

import pytest

from sora2batch.catalog.tool import Kind
from sora2batch.clipcheck.clip_finding import ClipFinding, Expected, FindingKind, NotChecked
from sora2batch.clipcheck.message import (
    Question,
    decode_answer,
    decode_question,
    encode_answer,
    encode_question,
)

BLACK = ClipFinding(FindingKind.BLACK, "black for 9.8 of 10.0 s")
SHORT = ClipFinding(FindingKind.SHORT, "1.0 s instead of 10 s")


@pytest.mark.parametrize(
    "expected",
    [Expected(), Expected(kind=Kind.IMAGE, seconds=9.5, aspect="9:16", sound=False)],
    ids=["nothing", "all"],
)
@pytest.mark.parametrize("name", ["a.mp4", "a b\n.mp4", "狐\udcff.mp4"])
def test_a_question_is_a_line_and_is_understood(expected, name):
    line = encode_question(Question(Path(name), expected))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_question(line.decode()) == Question(Path(name).absolute(), expected)


@pytest.mark.parametrize("found", [(), (BLACK,), (BLACK, SHORT), NotChecked("it is sound alone")])
def test_an_answer_is_a_line_and_is_understood(found):
    assert decode_answer(encode_answer(found).encode()) == found


@pytest.mark.parametrize("line", [b"", b"{", b'{"findings": []}', b"[]\n", b"null\n", b"\xff\n", b"7\n"])
def test_what_is_no_whole_answer_is_none(line):
    assert decode_answer(line) is None


@pytest.mark.parametrize("line", [b"{}\n", b'{"findings": 1}\n', b'{"findings": [["nothing", "x"]]}\n'])
def test_an_answer_that_makes_no_sense_says_nothing_of_the_file(line):
    assert decode_answer(line) == NotChecked("the decoder made no sense")


def test_words_of_an_answer_are_a_line_that_steers_nothing():
    told = decode_answer(b'{"findings": [["black", "a\\u001b[2J\\nb"], ["black", ""]]}\n')
    assert told == (ClipFinding(FindingKind.BLACK, "a [2J b"),)
    assert decode_answer(b'{"not_checked": "a\\u001b[2J\\nb"}\n') == NotChecked("a [2J b")
