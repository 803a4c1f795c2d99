import pytest

from sora2batch.ground.problem import Position
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.source_text import Lines, decode


def refusal(raw):
    with pytest.raises(ManifestError) as caught:
        decode(raw, file="m.yaml")
    (problem,) = caught.value.problems
    return problem


def test_a_byte_order_mark_is_dropped():
    assert decode(b"\xef\xbb\xbfa: 1", file="m.yaml") == "a: 1"


def test_a_byte_that_is_not_utf_8_is_refused_at_its_place_in_characters():
    problem = refusal("a: 1\r\nb: é€".encode() + b"\xff")
    assert (problem.position, problem.message) == (Position(2, 6), "the byte 0xFF is not UTF-8 text")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_wide_encodings_are_named(encoding):
    assert "UTF-16 or UTF-32" in refusal("a: 1".encode(encoding)).message


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x9f", "\ufeff", "\uffff"])
def test_a_control_character_is_refused_at_its_place(character):
    problem = refusal(f"a: 1\nb: {character}".encode())
    assert problem.position == Position(2, 4)
    assert f"U+{ord(character):04X}" in problem.message


def test_encoded_surrogates_are_not_utf_8():
    assert "0xED" in refusal(b"a: \xed\xa0\x80").message


def test_lines_end_at_lf_crlf_and_cr():
    lines = Lines("a\nb\r\nc\rd")
    assert [lines.position(offset) for offset in (0, 2, 5, 7)] == [
        Position(1, 1),
        Position(2, 1),
        Position(3, 1),
        Position(4, 1),
    ]
