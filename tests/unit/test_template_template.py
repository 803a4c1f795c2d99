from __future__ import annotations

import pytest

from sora2batch.template.sandbox import GLOBALS
from sora2batch.template.template import Compiler, Form, TemplateError, UndefinedNameError, is_template

SCOPE = {
    **GLOBALS,
    "subject": {"noun": "a fox", "items": 3, "tags": ["red", "quick"]},
    "camera": "slow pan",
    "seconds": "10",
    "count": 4,
    "ratio": 1.5,
    "nothing": None,
    "yes": True,
    "__result": "mine",
    "vars": {"brand": "Aurora"},
}


def render(text, form=Form.VALUE):
    return Compiler(total_steps=1_000_000).compile(text, form).render(dict(SCOPE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ count }}", 4),
        ("  {{ count }}\n", 4),
        ("{{ ratio }}", 1.5),
        ("{{ yes }}", True),
        ("{{ nothing }}", None),
        ("{{ subject }}", {"noun": "a fox", "items": 3, "tags": ["red", "quick"]}),
        ("{{ subject.tags }}", ["red", "quick"]),
        ("{{ seconds | int }}", 10),
        ("{{ (1, 'a') }}", [1, "a"]),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ subject.tags | map('upper') }}", ["RED", "QUICK"]),
        ("{{ __result }}", "mine"),
        ("{{ count }}{{ count }}", "44"),
        ("{{ count }} s", "4 s"),
        ("{{ 'a' }}\n{{ 'b' }}\n", "a\nb\n"),
    ],
)
def test_a_lone_expression_keeps_its_type_and_anything_else_is_text(text, expected):
    value = render(text)
    assert value == expected
    assert type(value) is type(expected)


def test_a_value_is_a_copy():
    compiler = Compiler(total_steps=1000)
    assert compiler.compile("{{ subject }}").render(dict(SCOPE)) is not SCOPE["subject"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ camera | capitalize }} on {{ subject.noun }}.", "Slow pan on a fox."),
        ("{{ vars.brand }}/{{ vars['brand'] }}!", "Aurora/Aurora!"),
        ("{{ subject.items }}!", "3!"),
        ("{{ camera | slug }}!", "slow-pan!"),
        ("{{ camera ~ '-' ~ count }}!", "slow-pan-4!".replace("-pan", " pan")),
        (
            "{% for tag in subject.tags %}{{ loop.index }}{{ tag }}{{ loop.cycle(',', '.') }}{% endfor %}",
            "1red,2quick.",
        ),
        ("{% if count > 3 and 'pan' in camera %}long{% else %}short{% endif %}", "long"),
        ("{% set n = count * 2 %}{{ n }}!", "8!"),
        ("{% with n = count + 1 %}{{ n }}{% endwith %}", "5"),
        ("{{ subject.tags | join(', ') }}!", "red, quick!"),
        ("{{ missing | default('none') }}!", "none!"),
        ("{{ nothing | default('none', true) }}!", "none!"),
        ("{% if nothing is null %}none{% endif %}", "none"),
        ("{{ '%05.1f|%-4s|%%' | format(ratio, 'a') }}", "001.5|a   |%"),
        ("{{ '%(a)s' % {'a': 1} }}!", "1!"),
        ("{{ camera.upper().split()[0][:2] }}!", "SL!"),
        ("{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}", "a2b1"),
        ("{{ {'é': (1, none)} | tojson }}!", '{"é": [1, null]}!'),
        ("{% for row in range(5) | batch(2) %}{{ row | join }};{% endfor %}", "01;23;4;"),
        ("{{ [3, 1, 2] | sort(reverse=true) | join }}{{ [1, 2] | sum }}{{ [1, 5] | max }}", "32135"),
        ("{{ 'x' if not yes }}!", "!"),
        ("{% raw %}{{ camera }}{% endraw %}", "{{ camera }}"),
        ("{# a remark #}plain", "plain"),
        ("<{{ '&' }}>", "<&>"),
        ("{{ [1, 2, 3] | slice(2) | map('join') | join('|') }}!", "12|3!"),
        ("{{ [{'n': 2}, {'n': 1}] | sort(attribute='n') | join(',', attribute='n') }}!", "1,2!"),
        (
            "{{ [{'n': 2}, {'n': 1}] | sum(attribute='n') }}{{ 2.567 | round(1) }}{{ 'x' | center(3) }}|",
            "32.6 x |",
        ),
        ("{{ 'a\nb' | indent(2) }}{{ 'a' | indent('> ', first=true) }}", "a\n  b> a"),
        (
            "{{ 'a-b' | replace('-', '+') }}{{ 'aaa'.replace('a', 'b', 2) }}{{ '-'.join(['x', 'y']) }}",
            "a+bbbax-y",
        ),
        (
            "{{ 'a b/ü' | urlencode }} {{ 'two words' | title }} {{ 'two words' | wordcount }}",
            "a%20b/%C3%BC Two Words 2",
        ),
        (
            "{{ ([1, 2] + [3]) | length }}{{ 'ab' * 2 }}{{ 2 ** 3 }}{{ 7 // 2 }}{{ 7 % 4 }}",
            "3abab833",
        ),
        (
            "{{ [1, 1, 2] | unique | join }}{{ [0, 1] | select | join }}{{ [1, 2] | reject('odd') | join }}",
            "1212",
        ),
        ("{{ 'x' if 3 is divisibleby 3 }}{{ subject.get('noun') }}{{ dict(a=1).a }}", "xa fox1"),
    ],
)
def test_templates_do_what_jinja_documents(text, expected):
    assert render(text) == expected


def test_a_file_name_is_always_text():
    assert render("{{ count }}", Form.TEXT) == "4"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{{ nothing }}!", "null cannot stand in a text", 'default("...", true)'),
        ("{{ subject.tags }}!", "a list cannot stand in a text", 'join(", ")'),
        ("{{ subject }}!", "a mapping cannot stand in a text", "name one of its keys"),
        ("{{ nothing | upper }}", "null cannot stand in a text", "default"),
        ("{{ subject.nown }}", 'no "nown" (did you mean "noun"? it has "noun", "items", "tags")', ""),
        ("{{ camera.nope }}", 'a text has no "nope"', ""),
        ("{{ camera + 1 }}", "a text + a number cannot be computed: join texts with ~", ""),
        ("{{ 'a' if not yes }}", 'needs an "else"', ""),
        ("{{ camera | upcase }}", 'no filter "upcase"', ""),
        ("{{ camera is qqq }}", 'no test "qqq"', "there are"),
        ("a\n{{ b c }}", "line 2 of the text: what stands in the braces is no expression", "{% raw %}"),
        ("{% macro m() %}{% endmacro %}", '"macro" is not available', "set name = value"),
        ("{{ camera.format() }}", "use the filter", ""),
        ("{{ [" + "camera, " * 30000 + "] }}", "more than 100,000 characters", ""),
    ],
)
def test_a_template_that_cannot_be_says_why_and_what_helps(text, message, hint):
    with pytest.raises(TemplateError) as caught:
        render(text)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_an_unknown_name_is_told_apart():
    with pytest.raises(UndefinedNameError) as caught:
        render("{{ camra }} {{ count }}")
    assert caught.value.name == "camra"
    assert caught.value.message == '"camra" is not defined'


def test_a_text_without_marks_is_no_template():
    assert not is_template("100 % { plain } text")
    assert is_template("{% if %}")


def test_the_same_text_is_compiled_once():
    compiler = Compiler(total_steps=1000)
    assert compiler.compile("{{ a }}") is compiler.compile("{{ a }}")
    assert compiler.compile("{{ a }}") is not compiler.compile("{{ a }}", Form.TEXT)


def test_names_tell_keys_of_vars_from_all_of_vars():
    compiler = Compiler(total_steps=1000)
    assert compiler.compile("{{ a }} {{ vars.b }} {{ vars['c'] }}").names == {"a", "vars.b", "vars.c"}
    assert compiler.compile("{{ vars | tojson }} {{ vars.b }}").names == {"vars", "vars.b"}
