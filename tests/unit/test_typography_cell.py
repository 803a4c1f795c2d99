from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.typography.cell import cells_of
from sora2batch.typography.font_face import CARRIED, FontFace
from sora2batch.typography.fonts import Fonts
from sora2batch.typography.spelling import cleaned

SOME_SIGNS = st.text(
    st.sampled_from("ab foxéлисаثعلب狐狸きつね여우लोमड़ीจิ้งจอก🦊★—()12\u200d\u0301"), max_size=40
)


class OneFont(Fonts):
    """A machine with one font, which has some characters."""

    def __init__(self, characters: str) -> None:
        super().__init__([])
        self.face = FontFace(path=None, family="One", characters=frozenset(map(ord, characters)))

    def faces_for(self, script, clusters, language=""):
        return {one: self.face if self.face.covers(one) else None for one in clusters}


@given(SOME_SIGNS)
def test_nothing_of_a_text_is_lost_where_a_font_has_it(text):
    text = cleaned(text)
    assert "".join(cell.text for cell in cells_of(text, OneFont(text + " "))) == text


@given(SOME_SIGNS)
def test_each_letter_that_no_font_has_is_spelled_and_named(text):
    cells = cells_of(cleaned(text), OneFont(""))
    assert all(cell.face is CARRIED and cell.face.covers(cell.text) for cell in cells)
    assert any(cell.lacking for cell in cells) or all(
        CARRIED.covers(one) for one in cleaned(text) if one.isalnum()
    )


@pytest.mark.parametrize(
    ("text", "in_the_other_font"),
    [
        ("a fox", ""),
        ("fox лиса 2", "лиса"),
        ("лиса, 12", "лиса, 12"),
        ("é fox, 2", "é fox, 2"),
        ("狐狸。", "狐狸。"),
    ],
)
def test_what_scripts_share_is_written_as_its_neighbours_are(text, in_the_other_font):
    cells = cells_of(text, OneFont("éfox лисаe狐狸。,12"))
    assert "".join(cell.text for cell in cells if cell.face is not CARRIED).strip() == in_the_other_font
