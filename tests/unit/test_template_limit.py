"""Whatever a hostile template does, it ends in one sentence, and soon."""

from __future__ import annotations

import pytest

from sora2batch.template.sandbox import GLOBALS
from sora2batch.template.template import Compiler, TemplateError

NESTED = "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60

ATTACKS = [
    "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 2 ** 100000 }}",
    "{{ (2 ** 4000) * (2 ** 4000) }}",
    "{{ [0] * 10**9 }}",
    "{% set a = 'x' * 1000 %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% set a = [1] %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    NESTED + "{{ a }}",
    NESTED + "{{ a | tojson }}!",
    "{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 60 + "{{ a == b }}!",
    NESTED + "{{ a ~ 'x' }}",
    NESTED + "{{ '%s' % a }}",
    "{% with a='x'*1000 %}{% with b=a~a~a~a %}{% with c=b~b~b~b~b~b~b~b %}{% with d=c~c~c~c~c~c~c %}{{ d }}{% endwith %}{% endwith %}{% endwith %}{% endwith %}",
    "{{ ('a' * 90000) | replace('', 'b' * 90000) }}",
    "{{ ('a' * 90000).replace('a', 'b' * 90000) }}",
    "{{ (['a' * 90000] * 1000) | join }}",
    "{{ ('a' * 90000).join(['x'] * 1000) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%*d' % (999999999, 1) }}",
    "{{ '%.999999999f' % 1.5 }}",
    "{{ '%999999999d' | format(1) }}",
    "{{ '%(a(b))999999999d' % {'a(b)': 1} }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ '%999999999d' is odd }}",
    "{{ '%999999999d' is divisibleby 3 }}",
    "{{ ['%999999999d'] | select('even') | list }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "1+" * 20000 + "1 }}",
    "{{ " + "not " * 3000 + "1 }}",
    "{% if 1 %}" * 500 + "{% endif %}" * 500,
    "{% for a in [1] %}" * 50 + "{% endfor %}" * 50,
    "{{ x" + ".a" * 5000 + " }}",
    "{{ 'a'" + "|upper" * 5000 + " }}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ 'x' | attr('__class__') }}",
    "{{ [''] | map(attribute='__class__') | list }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler('a') }}",
    "{{ lipsum(1000) }}",
    "{{ joiner }}",
    "{{ namespace() }}",
    "{{ range.__init__ }}",
    "{{ dict.__base__ }}",
    "{{ dict.fromkeys(range(10)) }}",
    "{{ range(10**9) | list }}",
    "{{ range(10**9) | sum }}",
    "{{ 'a' in range(10**9) }}",
    "{{ range(99999) | sort | sort | sort | length }}",
    "{{ range(100) | batch(10**9, 'x') | list }}",
    "{{ [1] | slice(10**9) | list }}",
    "{{ 'a' | indent(10**9, true) }}",
    "{{ 'a' | center(10**9) }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ '1'.zfill(10**9) }}",
    "{{ 'a\tb'.expandtabs(10**9) }}",
    "{{ [[1]] * 1000 | sum(start=[]) }}",
    "{{ [[1], [2]] | sum(start=[]) }}",
    "{{ ['a'] | sum(start='') }}",
    "{{ ('9' * 5000) | int }}",
    "{{ " + "9" * 5000 + " }}",
    "{{ 1e999 }}",
    "{{ 1e308 * 10 }}",
    "{{ 'a' | wordwrap }}",
    "{{ 'http://x' | urlize }}",
    "{{ '<' | striptags }}",
    "{{ 1 | round(-10**9) }}",
    "{{ 1 | round(10**9, 'ceil') }}",
    "{{ 1 / 0 }}",
    "{{ (-8) ** 0.5 }}",
    "{{ 0 ** -1 }}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% from 'x' import y %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% set a %}x{% endset %}",
    "{% block a %}{% endblock %}",
    "{% autoescape true %}x{% endautoescape %}",
    "{% do x %}",
    "{% set ns.a = 1 %}",
    "{% for a in [[1]] recursive %}{{ loop(a) }}{% endfor %}",
    "{% for a in range(9) %}{{ loop(a) }}{% endfor %}",
    "{% debug %}",
    "{% raw %}x",
    "{{",
    "{% if %}",
    "{{ }}",
    "{{ 'a",
    "x {#",
    "{{ a.b.c }}",
    "{{ none }}!",
    "{{ [] }}!",
    "{{ {} }}!",
    "{{ range }}",
    "{{ dict }}",
    "{{ loop }}",
    "{{ 'a'.upper }}",
    "{{ 'a'.upper }}!",
    "{{ {1: 2} }}",
    "{{ {[]: 2} }}",
    "{{ '\\ud800' }}",
    "{{ 'x\\ud800' }}!",
    "{% for a in range(90000) %}{% set b = [" + "1," * 20000 + "] %}{% endfor %}",
    "{% for a in range(90000) %}" + "x" * 5000 + "{% endfor %}",
    "{% set a = 'x' * 99999 %}{% for i in range(90000) %}{% if a == a ~ '' %}{% endif %}{% endfor %}",
    "{% set a = 'x' * 99999 %}{% for i in range(90000) %}{% if a is eq(a ~ '') %}{% endif %}{% endfor %}",
    "{% set a = 'x' * 99999 %}{% for i in range(90000) %}{% set b = a[1:] %}{% endfor %}",
    "{% set a = range(9999) | list %}{% for i in range(90000) %}{% if 'x' in a %}{% endif %}{% endfor %}",
    "{% set a = ('\u00e9 '*49999) %}{% for i in range(90000) %}{% set b = a | slug %}{% endfor %}",
    "{% set a = ('a '*49999) %}{% for i in range(90000) %}{% set b = a | title %}{% endfor %}",
    "{% set a = ('a '*49999) %}{% for i in range(90000) %}{% set b = a | urlencode %}{% endfor %}",
    "{% set a = ('a'*99999) %}{% for i in range(90000) %}{% set b = a.split('a') %}{% endfor %}",
    "{{ dict(a=dict(b=1)) | dictsort }}!",
    "{{ 5 * 'a' * 10**7 }}",
    "{{ ['a'*99999]*99999 }}",
    "{{ 'a'.format_map({}) }}",
    "{{ x | map('attr', '__class__') }}",
    "{{ [1] | map('nope') }}",
    "{{ [1] | select('nope') }}",
    "{{ [1]|map }}",
    "{{ 'a' | truncate(-5) }}",
    "{{ 'a' | float('x') | round }}",
    "{{ range(1, 2, 0) }}",
    "{{ range('a') }}",
    "{{ range(10**5000) }}",
    "{{ [3, 'a'] | sort }}",
    "{{ [[]] | unique }}",
    "{{ [] | max }}",
    "{{ [] | first }}",
    "{{ 'a' | d(1, 2, 3, 4) }}",
    "{{ x() }}",
    "{{ 5() }}",
    "{{ 'a'.upper(1) }}",
    "{{ 'a'.zfill() }}",
    "{{ '%d' % 'a' }}",
    "{{ '%q' % 1 }}",
    "{{ '%' % 1 }}",
    "{{ 'a' < 1 }}",
    "{{ -'a' }}",
    "{{ +[] }}",
    "{% for x in loop %}{% endfor %}",
    "{% for x in range(5) %}{% for y in loop %}{{ y }}{% endfor %}{% endfor %}",
    "{% for x in 5 %}{% endfor %}",
    "{% for a, b in [1] %}{% endfor %}",
    "{{ 'a' | indent('x' * 90000, true) | indent('x'*90000, true) }}",
    "{{ x if y else z }}",
    "{{ vars.nope }}",
    "{{ job.nope }}",
    "{{ undefined_thing[0] }}",
    "{{ ('a'|list * 30000)|tojson }}",
    "{{ 'ß' * 60000 | upper }}",
    "{{ ('\u0149' * 60000) | upper }}",
]


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_ends_in_one_short_sentence(text):
    compiler = Compiler(total_steps=1_000_000)
    scope = {**GLOBALS, "x": {"a": 1}, "vars": {}, "job": {}}
    with pytest.raises(TemplateError) as caught:
        compiler.compile(text).render(scope)
    assert "\n" not in caught.value.message
    assert 0 < len(caught.value.message) < 300


def test_all_renderings_together_have_an_end():
    compiler = Compiler(total_steps=150_000)
    template = compiler.compile("{{ range(10000) | list | length }}")
    results = [_rendered(template) for _ in range(9)]
    assert results[0] == 10000
    assert results[-1] == "cannot be rendered: the templates of this manifest take too many steps in all"


def _rendered(template):
    try:
        return template.render(dict(GLOBALS))
    except TemplateError as error:
        return error.message


def test_the_next_rendering_does_not_pay_for_the_last_one():
    compiler = Compiler(total_steps=10_000_000)
    template = compiler.compile("{{ range(20000) | list | length }}")
    assert {template.render(dict(GLOBALS)) for _ in range(9)} == {20000}
