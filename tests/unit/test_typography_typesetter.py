from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from sora2batch.typography.carried_font import font_of
from sora2batch.typography.fonts import Fonts, machine_fonts
from sora2batch.typography.text_line import Line, PlainLine
from sora2batch.typography.typesetter import Typesetter

NO_FONTS = Fonts([])
SCRIPTS = st.text(
    st.sampled_from("ab fox-·éßøκόлисаثعلبשועל狐狸きつね여우लोमड़ीจิ้งจอก🦊★½—…()12:30\u200d\u0301"), max_size=60
)


def drawn(line: Line) -> Image.Image:
    image = Image.new("L", (600, 80))
    line.draw(image, (20, 50), fill=255, anchor="ls")
    return image


@pytest.mark.parametrize(
    "text", ["a red fox in the last light of a long day", "std · 10 s · “wide” · it’s 420 credits…", ""]
)
def test_english_is_drawn_as_pillow_draws_it(text):
    image = Image.new("L", (600, 80))
    ImageDraw.Draw(image).text((20, 50), text, font=font_of(15), fill=255, anchor="ls")
    line = Typesetter(NO_FONTS).line(text, 15)
    assert isinstance(line, PlainLine)
    assert ImageChops.difference(drawn(line), image).getbbox() is None


def test_a_long_text_is_cut_after_so_many_lines():
    lines = Typesetter().wrapped("word " * 200, 14, 300, most=3)
    assert len(lines) == 3
    assert lines[-1].text.endswith("…")
    assert all(line.width <= 300 for line in lines)


def test_a_text_that_fits_is_kept_whole():
    lines = Typesetter().wrapped("a red fox in the last light of a long day", 14, 150, most=3)
    assert " ".join(line.text for line in lines) == "a red fox in the last light of a long day"


@pytest.mark.parametrize(
    ("text", "written", "missing"),
    [
        ("Crème brûlée \N{EN DASH} naïve Straße", "Creme brulee - naive Strasse", "Latn"),
        ("cafe\u0301", "cafe", "Latn"),
        ("16\N{MULTIPLICATION SIGN}9 → 2", "16x9 -> 2", ""),
        ("красная лиса at dawn", "krasnaya lisa at dawn", "Cyrl"),
        ("狐狸!", "HuLi!", "Hani"),
        ("two\nlines\x1b[31m\u202e", "two lines [31m", ""),
        ("🦊", ":fox:", "Zsye"),
    ],
)
def test_what_no_font_has_is_spelled_in_english_letters(text, written, missing):
    typesetter = Typesetter(NO_FONTS)
    line = typesetter.line(text, 15)
    assert (line.text, "".join(line.missing)) == (written, missing)
    assert len(typesetter.notices()) == bool(missing)


def test_a_missing_font_is_told_in_words():
    typesetter = Typesetter(NO_FONTS)
    typesetter.written("狐狸 จิ้งจอก")
    told = "notice: no font for {} on this machine: in pictures it is spelled in English letters; install one, such as {}"
    assert typesetter.notices() == [
        told.format("Han (Chinese)", "Noto Sans CJK (Debian: fonts-noto-cjk)"),
        told.format("Thai", "the Noto fonts (Debian: fonts-noto-core)"),
    ]


@settings(deadline=None)  # the first look at the machine's fonts takes a while
@given(
    SCRIPTS | st.text(st.characters(categories=["L", "M", "N", "Zs", "So"]), max_size=60),
    st.integers(20, 400),
)
def test_no_line_is_wider_than_asked_and_none_has_a_question_mark(text, width):
    for fonts in (NO_FONTS, machine_fonts()):
        typesetter = Typesetter(fonts)
        lines = [typesetter.line(text, 12, width), *typesetter.wrapped(text, 12, width, most=2)]
        assert len(lines) <= 3
        assert all(line.width <= width or line.text == "…" for line in lines)
        assert not any("?" in line.text for line in lines)


@settings(deadline=None)
@given(SCRIPTS)
def test_the_same_text_gives_the_same_pixels(text):
    first, second = (drawn(Typesetter().line(text, 15)) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_a_folder_that_is_none_and_files_that_are_no_fonts_have_no_fonts(tmp_path: Path):
    (tmp_path / "broken.ttf").write_bytes(b"\0\1\0\0" + b"x" * 300)
    (tmp_path / "empty.otf").touch()
    assert Typesetter(Fonts([tmp_path, tmp_path / "gone"])).written("лиса") == "lisa"
