"""With the fonts of this machine: what is drawn of scripts that join, turn and stack."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from sora2batch.typography.fonts import machine_fonts
from sora2batch.typography.script import name_of, script_of
from sora2batch.typography.typesetter import Typesetter

HEIGHT = 40


@pytest.fixture
def typesetter():
    return Typesetter()


@pytest.fixture
def font_with():
    """Ask for a font of this machine that has some characters."""

    def check(characters: str) -> None:
        for one in characters:
            script = script_of(one)
            assert script
            if machine_fonts().faces_for(script, [one])[one]:
                continue
            message = f"no font here has {name_of(script, one)}"
            pytest.fail(message) if "SORA2BATCH_NOTHING_SKIPPED" in os.environ else pytest.skip(message)

    return check


def drawn(line) -> Image.Image:
    image = Image.new("L", (round(line.width) + 40, 120))
    line.draw(image, (20, 70), fill=255, anchor="ls")
    return image


def columns(image: Image.Image) -> list[int]:
    """How many pixels have ink in each column."""
    rows = image.load()
    return [sum(rows[x, y] > 60 for y in range(image.height)) for x in range(image.width)]


def islands(image: Image.Image) -> int:
    """How many parts there are with white columns between them."""
    inked = [bool(count) for count in columns(image)]
    return sum(now and not before for before, now in zip([False, *inked], inked, strict=False))


def test_arabic_letters_are_joined(typesetter, font_with):
    font_with("ثعلب")
    joined, apart = typesetter.line("سسس", HEIGHT), typesetter.line("س س س", HEIGHT)
    assert islands(drawn(joined)) == 1
    assert islands(drawn(apart)) == 3
    assert joined.width < apart.width


def test_arabic_and_hebrew_are_read_from_the_right(typesetter, font_with):
    font_with("אי")
    # A yod is a dot, a shin is wide: which of them is at the left shows the order.
    line = drawn(typesetter.line("שי", HEIGHT))
    counts = columns(line)
    left, right = counts[: len(counts) // 3], counts[-len(counts) // 2 :]
    assert sum(left) < sum(right)


def test_a_bracket_is_turned_where_the_text_runs_to_the_left(typesetter, font_with):
    font_with("א")
    opening = columns(drawn(typesetter.line("א)", HEIGHT)))
    closing = columns(drawn(typesetter.line("א(", HEIGHT)))
    assert opening != closing


def test_marks_stand_on_their_letters(typesetter, font_with):
    font_with("ש")
    assert typesetter.line("שָׁ", HEIGHT).width == pytest.approx(typesetter.line("ש", HEIGHT).width, abs=2)


def test_all_scripts_of_a_line_stand_on_one_baseline(typesetter, font_with):
    font_with("лש")
    boxes = [drawn(typesetter.line(text, HEIGHT)).getbbox() for text in ("x", "л", "лx", "é", "ב")]
    assert all(abs(box[3] - 70) <= 2 for box in boxes), boxes


def test_chinese_is_drawn_and_differs(typesetter, font_with):
    font_with("狐狸")
    first, second = typesetter.line("狐", HEIGHT), typesetter.line("狸", HEIGHT)
    assert first.missing == second.missing == frozenset()
    assert first.width == pytest.approx(HEIGHT, rel=0.1)
    assert drawn(first).tobytes() != drawn(second).tobytes()


def test_devanagari_letters_become_one_sign(typesetter, font_with):
    font_with("क")
    together, apart = typesetter.line("क्ष", HEIGHT), typesetter.line("कष", HEIGHT)
    assert together.width < 0.8 * apart.width


def test_a_line_is_cut_between_letters_and_their_accents(typesetter, font_with):
    font_with("שл")
    text = "ש\u05b8" * 20
    line = typesetter.line(text, HEIGHT, 200)
    assert line.width <= 200
    assert line.to_the_left
    assert set(line.text.removesuffix("…").split("ש")) == {"", "\u05b8"}


def test_emoji_keep_their_colours_where_a_font_has_them(typesetter):
    line = typesetter.line("🦊", HEIGHT)
    if not any(glyph.has_colours for glyph in line.glyphs):
        assert line.missing or line.text == "🦊"
        return
    image = Image.new("RGB", (80, 80))
    line.draw(image, (10, 60), fill=(255, 255, 255), anchor="ls")
    assert any(red > blue + 60 for _, (red, _, blue) in image.getcolors(1 << 16))
