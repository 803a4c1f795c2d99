from __future__ import annotations

import pytest
from rich.cells import cell_len

from sora2batch.ground.terminal_width import isolated, padded, width_of, without_controls


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("hero/fox", 8),
        ("ガラス", 6),
        ("ｶﾞﾗｽ", 4),
        ("한국어", 6),
        ("कि", 1),
        ("café", 4),
        ("cafe\u0301", 4),
        ("🦊", 2),
        ("\u2068شتاء\u2069", 4),
    ],
)
def test_a_width_is_counted_in_cells(text, width):
    assert width_of(text) == width
    if "ﾞ" not in text:
        assert cell_len(text) == width, "as the tables of the same terminal count it"


def test_a_text_is_padded_to_cells_and_never_cut():
    assert padded("ガ", 4) + "|" == "ガ  |"
    assert padded("fox", 5) + "|" == "fox  |"
    assert padded("ガラス", 2) == "ガラス"


def test_right_to_left_labels_turn_around_in_themselves():
    assert isolated("hero/شتاء/صيف#2") == "hero/\u2068شتاء\u2069/\u2068صيف#2\u2069"
    assert isolated("hero/ガラス") == "hero/ガラス"
    assert isolated("hero/\x1b[2Jfox\u202e") == "hero/ [2Jfox "


def test_a_key_is_one_line_whatever_a_lockfile_calls_it():
    assert isolated("hero\n::error::fox\tx") == "hero ::error::fox x"
    assert isolated("شتاء\n::error::x") == "\u2068شتاء ::error::x\u2069"


def test_nothing_steers_a_terminal():
    assert without_controls("a\x1b[2Jb\u202ec\x9bd\n\te") == "a [2Jb c d\n\te"
    assert without_controls("hero/\u2068شتاء\u2069") == "hero/\u2068شتاء\u2069"
