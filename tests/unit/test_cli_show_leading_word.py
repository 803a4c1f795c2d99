import pytest

from sora2batch.cli.show.leading_word import mark_of, painted


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("error: no key", "error"),
        ("in doubt: hero/fox: lost", "in doubt"),
        ("  completed  hero/fox  420", "completed"),
        ("  + hero/fox  420  submit: not in the lockfile", "+"),
        ("ok    key: found", "ok"),
        ("failedhouse: x", None),
        ("+ hero", None),
        ("hero: error: x", None),
        ("", None),
    ],
)
def test_only_the_first_word_of_a_line_has_a_colour(line, word):
    mark = mark_of(line)
    assert (mark and line[mark.start : mark.end]) == word
    assert (painted(line) == line) is (word is None)
