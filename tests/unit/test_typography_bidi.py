from __future__ import annotations

from typing import NamedTuple

import pytest

from sora2batch.typography.bidi import in_visual_order, levels_of, runs_to_the_left


class Sign(NamedTuple):
    text: str
    level: int


def seen(text: str) -> str:
    """The signs of a line from left to right; brackets are not turned."""
    levels = levels_of(text, to_the_left=runs_to_the_left(text))
    return "".join(sign.text for sign in in_visual_order([*map(Sign, text, levels)]))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("a red fox (1)", "a red fox (1)"),
        ("אבג", "גבא"),
        ("fox אב ג dog", "fox ג בא dog"),
        ("אב fox גד", "דג fox בא"),
        ("אב 12:30", "12:30 בא"),
        ("אב 10%", "10% בא"),
        ("ثع ٣٤", "٣٤ عث"),
        ("ثع 3.4", "3.4 عث"),
        ("fox (אב) dog", "fox (בא) dog"),
        ("אב (fox) גד", "דג )fox( בא"),
        ("אב (גד!) fox", "fox )!דג( בא"),
        ("אב…", "…בא"),
        ("", ""),
    ],
)
def test_signs_stand_where_they_are_read(text, order):
    assert seen(text) == order


@pytest.mark.parametrize(
    ("text", "to_the_left"), [("fox אב", False), ("12 אב fox", True), ("(ثعلب)", True), ("12:30", False)]
)
def test_the_first_letter_decides_where_a_text_runs(text, to_the_left):
    assert runs_to_the_left(text) is to_the_left
