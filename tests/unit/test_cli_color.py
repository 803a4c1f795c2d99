import io

import pytest

from sora2batch.cli.color import is_colored
from sora2batch.cli.exit import color_asked


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("choice", "stream", "environ", "expected"),
    [
        ("auto", Tty(), {}, True),
        ("auto", io.StringIO(), {}, False),
        ("auto", Tty(), {"TERM": "dumb"}, False),
        ("auto", Tty(), {"CLICOLOR": "0"}, False),
        ("auto", Tty(), {"NO_COLOR": "1"}, False),
        ("auto", Tty(), {"NO_COLOR": ""}, True),
        ("auto", io.StringIO(), {"CLICOLOR_FORCE": "1"}, True),
        ("auto", io.StringIO(), {"FORCE_COLOR": "3"}, True),
        ("auto", io.StringIO(), {"CLICOLOR_FORCE": "0", "FORCE_COLOR": ""}, False),
        ("auto", io.StringIO(), {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        ("auto", Tty(), {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ("always", io.StringIO(), {"NO_COLOR": "1"}, True),
        ("never", Tty(), {"CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_the_flag_counts_then_no_color_then_what_asks_for_colours_then_the_stream(
    choice, stream, environ, expected
):
    assert is_colored(choice, stream, environ) is expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "auto"),
        (["plan", "--color", "always"], "always"),
        (["--color=never", "plan"], "never"),
        (["--color", "pink"], "auto"),
        (["plan", "--color"], "auto"),
    ],
)
def test_colours_are_known_before_the_flags_are_read(arguments, expected):
    assert color_asked(arguments) == expected
