import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.matrix.field import compile_value, render_part
from sora2batch.template.literal import literal
from sora2batch.template.sandbox import GLOBALS
from sora2batch.template.template import Compiler

PIECES = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "raw",
            "endraw",
            "-",
            " ",
            "\n",
            "\r",
            "\\",
            '"',
            "'",
            "🦊",
            "\0",
            "a",
        )
    ]
)


def rendered(value):
    part = compile_value(value, ("input",), Compiler(total_steps=5_000_000))
    return render_part(part, dict(GLOBALS))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a fox", "a fox"),
        ("{ a fox }", "{ a fox }"),
        ("{{ fox }}", "{% raw %}{{ fox }}{% endraw %}"),
        ("50 {% of {", "{% raw %}50 {% of {{% endraw %}"),
        ("{#", "{% raw %}{#{% endraw %}"),
        ("{% endraw %}", '{{ "{% endraw %}" }}'),
        ('{{ "a" }}\r\n', r'{{ "{{ \"a\" }}\r\n" }}'),
    ],
)
def test_a_text_that_looks_like_a_template_comes_back(text, written):
    assert literal(text) == written
    assert rendered(written) == text


def test_texts_inside_lists_and_mappings_come_back_and_names_stay():
    value = {"{{ a }}": ["{{ b }}", {"c": "{# d"}, 1, 1.5, True, None]}
    assert literal(value) == {
        "{{ a }}": ["{% raw %}{{ b }}{% endraw %}", {"c": "{% raw %}{# d{% endraw %}"}, 1, 1.5, True, None]
    }
    assert rendered(literal(value)) == value


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_every_text_comes_back_byte_for_byte(text):
    assert rendered(literal(text)) == text
