from __future__ import annotations

import pytest

from sora2batch.typography.cell import cells_of
from sora2batch.typography.font_face import CARRIED, FontFace
from sora2batch.typography.fonts import Fonts
from sora2batch.typography.wrap import wrapped_cells


class EverythingFonts(Fonts):
    """A machine on which one face has every character."""

    def faces_for(self, script, clusters, language=""):
        return dict.fromkeys(
            clusters, FontFace(path=None, family="Everything", characters=CARRIED.characters)
        )


def lines_of(text: str, letters: int, most: int = 9) -> list[str]:
    cells = cells_of(text, EverythingFonts([]))
    parts = wrapped_cells(cells, lambda some: len(some) <= letters, most)
    return ["".join(cell.text for cell in part) for part in parts]


@pytest.mark.parametrize(
    ("text", "letters", "lines"),
    [
        ("狐狸在雪地里奔跑", 3, ["狐狸在", "雪地里", "奔跑"]),
        ("狐狸在。雪「地」里", 3, ["狐狸", "在。雪", "「地」", "里"]),
        ("лиса на снегу", 7, ["лиса на", "снегу"]),
        ("лиса-сова", 6, ["лиса-", "сова"]),
        ("неразрывно", 4, ["нера", "зрыв", "но"]),
        ("สีแดงวิ่งในหิมะ", 7, ["สีแดงวิ่ง", "ในหิมะ"]),
        ("é👩\u200d🚒🇩🇪é", 1, ["é", "👩\u200d🚒", "🇩🇪", "é"]),
    ],
)
def test_lines_break_where_readers_expect_it(text, letters, lines):
    assert lines_of(text, letters) == lines


def test_the_last_line_has_all_that_is_left():
    assert lines_of("лиса на снегу у леса", 7, most=2) == ["лиса на", "снегу у леса"]
