from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.matrix_case import expand_text, problems_of, prompts
from sora2batch.manifest.name import better_name, name_fault, name_of_file, variable_fault


@pytest.mark.parametrize(
    "name", ["ヒーロー", "हिन्दी", "été-2.b_c", "مشهد", "ภาพ", "น้ำ", "한국어", "🦊", "2026", "𠮷"]
)
def test_a_group_may_be_named_in_any_script(name):
    assert name_fault(name) is None


@pytest.mark.parametrize("name", ["被写体", "हिन्दी", "été", "مشهد", "ภาพ", "น้ำ", "한국어", "_x", "𠮷"])
def test_an_axis_may_be_named_in_any_script(name):
    assert variable_fault(name) is None
    expansion = expand_text(f"""
vars: {{{name}2: in the snow}}
jobs:
  a:
    matrix: {{{name}: [fox, owl], include: [{{{name}: fox, {name}3: "!"}}]}}
    input: {{prompt: "{{{{ {name} }}}} {{{{ {name}2 }}}}{{{{ {name}3 | default('') }}}} {{{{ vars.{name}2 | upper }}}}"}}
""")
    assert prompts(expansion) == {
        "a/fox": "fox in the snow! IN THE SNOW",
        "a/owl": "owl in the snow IN THE SNOW",
    }


def test_a_template_may_write_a_name_in_another_form():
    """What an editor saved is not always what a keyboard typed; to Python both are one name."""
    expansion = expand_text("""
jobs:
  a:
    matrix: {été: [fox], fi: [owl]}
    input: {prompt: "{{ e\\u0301te\\u0301 }} {{ ﬁ }}{% set ﬁ = 'cat' %} {{ fi }}"}
""")
    assert prompts(expansion) == {"a/fox/owl": "fox owl cat"}


def test_what_is_not_one_name_to_every_program_is_refused_with_its_place():
    assert problems_of("""\
vars: {"e\\u0301te\\u0301": x}
jobs:
  "カ\\u3099ラス":
    matrix: {ＡＢＣ: [fox], include: [{"x\\u200b": 1}], a・b: [1]}
    input: {prompt: x}
  "!": {input: {prompt: y}}
  "fox\\ufe0f": {input: {prompt: z}}
  ヒーロー: {input: {prompt: fine}}
""") == [
        'batch.yaml:1:8: vars.e\u0301te\u0301: has accents that are characters of their own, and would not be the same name to every program (such as "été")',
        'batch.yaml:3:3: jobs.カ\u3099ラス: has accents that are characters of their own, and would not be the same name to every program (such as "ガラス")',
        'batch.yaml:4:14: jobs.カ\u3099ラス.matrix.ＡＢＣ: has invisible characters, or wide, raised or joined forms of letters (such as "ABC")',
        'batch.yaml:4:37: jobs.カ\u3099ラス.matrix.include[0].x\u200b: must be a name that templates can use: letters, digits and "_", not beginning with a digit (such as "x")',
        'batch.yaml:4:53: jobs.カ\u3099ラス.matrix.a・b: may hold letters, digits and vowel signs of any script, and _; not "・" (such as "a_b")',
        'batch.yaml:6:3: jobs.!: must begin with a letter or digit and hold only letters, digits, ".", "_" and "-"',
        'batch.yaml:7:3: jobs.fox\ufe0f: has invisible characters, or wide, raised or joined forms of letters (such as "fox")',
    ]


def test_an_exclude_in_another_spelling_is_told_what_it_lacks():
    (problem,) = problems_of("""\
jobs:
  a:
    matrix: {été: [fox, owl], exclude: [{e\u0301te\u0301: fox}]}
    input: {prompt: x}
""")
    assert problem.startswith(
        "batch.yaml:3:42: jobs.a.matrix.exclude[0].e\u0301te\u0301: has accents that are characters"
    )
    assert problem.endswith('(such as "été")')


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("spring (1)", "spring-1"),
        ("spring", "spring"),
        ("Spring.v2", "Spring.v2"),
        ("e\u0301te\u0301", "été"),
        ("名前", "名前"),
        ("名 前", "名-前"),
        ("-x", "x"),
        ("{{x}}", "x"),
        ("# a", "a"),
        ("...", "batch"),
        ("🦊", "🦊"),
    ],
)
def test_a_batch_is_named_after_its_file(stem, name):
    assert name_of_file(stem) == name


@given(st.text(max_size=150))
def test_proposals_are_good_names(text):
    assert name_fault(name_of_file(text)) is None
    better = better_name(text)
    assert better is None or (variable_fault(better) is None and name_fault(better) is None)


@given(st.text(max_size=20))
def test_a_name_that_templates_can_use_can_be_used(name):
    if name and variable_fault(name) is None:
        assert name.isidentifier()
