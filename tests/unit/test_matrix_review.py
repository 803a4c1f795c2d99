"""What is rendered is looked at once more: what a template or a cell left in a text that will be paid for."""

from __future__ import annotations

import pytest

from fakes.matrix_case import HEAD, expand_text, problems_of

TOP = HEAD.count("\n")
CELL = "comes from a value of {}, and a value of an axis or a data file is no template"


def notices(text, **files):
    return list(expand_text(f"jobs:\n{text}", **files).notices)


def one(text, **files):
    (notice,) = notices(text, **files)
    return notice


def test_an_empty_cell_leaves_a_hole_that_is_told_once_with_its_place():
    text = '  a:\n    matrix: {s: {from: x.csv}}\n    input: {prompt: "A {{ s.adj }} fox in the {{ s.place }}"}\n'
    csv = "adj,place\nred,snow\n,snow\n,rain\nred,sun \nbig ,town\n"
    assert one(text, x_csv=csv) == (
        f"batch.yaml:{TOP + 4}:21: jobs.a.input.prompt: the template leaves a hole, or two blanks in a row: "
        '"A  fox in the snow" (job a/2 and 2 more jobs) [template-hole]'
    )


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("A {{ x }} fox", "A  fox"),
        ("A fox{{ x }}, in snow, {{ x }}, slow", "A fox, in snow, , slow"),
        ("A fox {{ x }}.", "A fox ."),
        ("{{ x }} fox", " fox"),
        ("{{ x }}, a fox", ", a fox"),
        ("A fox {{ x }}", "A fox "),
        ("A fox ({{ x }})", "A fox ()"),
        ("A {% if x %}big{% endif %} fox", "A  fox"),
        ("A {% for i in [1] %} fox{% endfor %}", "A  fox"),
        ("{{ 'a ' }}{{ x }}{{ ' fox' }}", "a  fox"),
        ("{{ vars.v }} fox", "A  B"),
    ],
)
def test_a_hole_is_seen_wherever_pieces_meet(template, shown):
    text = f'  a: {{matrix: {{x: [""]}}, input: {{prompt: "{template}"}}}}\nvars: {{v: "A {{{{ x }}}} B"}}\n'
    assert shown[:19] in one(text)


def test_a_hole_in_a_variable_is_told_where_the_variable_is_written():
    text = '  a: {matrix: {x: ["", b]}, input: {prompt: "{{ v }} fox"}}\nvars: {v: "A {{ x }} B"}\n'
    assert one(text).startswith(f"batch.yaml:{TOP + 3}:11: vars.v: the template leaves a hole")


@pytest.mark.parametrize(
    "template",
    [
        "A  fox",
        "A  {{ y }} fox",
        "A fox{{ x }} in snow",
        "A fox{{ x }}.",
        "A fox\\n{{ x }}\\nin snow",
        "A {% if x %}{{ x }} {% endif %}fox",
        "{% for i in [1, 2] %}\\n  {{ i }}{% endfor %}",
        "A {{ z }} fox",
        "{{ x }}{{ y }}",
        "{{ z }}",
        "x{{ x }}y  z",
    ],
)
def test_what_was_written_so_is_no_hole(template):
    text = f'  a: {{matrix: {{x: [""], y: [b], z: ["c  d"]}}, input: {{prompt: "{template}"}}}}\n'
    assert notices(text) == []


def test_a_hole_of_values_that_meet_in_one_cell_only_is_seen():
    axes = "{x: [c, 'b ', q], y: [e, ' d', r]}"
    text = f'  a: {{matrix: {axes}, input: {{prompt: "A {{{{ x }}}}{{{{ y }}}}"}}}}\n'
    assert '"A b  d" (job a/b/d)' in one(text)


@pytest.mark.parametrize("mark", ["{{", "{%", "{#"])
def test_a_template_in_a_cell_stays_as_it_is_and_is_told(mark):
    text = '  a: {matrix: {s: {from: x.csv}}, input: {prompt: "{{ s.prompt }}, slow"}}\nvars: {brand: x}\n'
    notice = one(text, x_csv=f"prompt\nA fox\n{mark} brand fox\n{mark} owl\n")
    assert notice == (
        f'batch.yaml:{TOP + 2}:51: jobs.a.input.prompt: "{mark}" stays as it is in what is sent: it '
        f"{CELL.format('s')} (job a/2 and 1 more job) [template-leftover]"
    )


def test_a_template_in_an_axis_or_an_included_value_is_told_also_by_way_of_a_variable():
    text = (
        "vars: {all: '{{ look.text }}'}\njobs:\n  a:\n    matrix:\n      look: [{text: 'A {{ brand }}'}]\n"
        "      include: [{extra: '{# b #}'}]\n    input: {prompt: '{{ all }} {{ extra }}'}\n"
    )
    told = expand_text(text).notices
    assert [CELL.format("look") in told[0], CELL.format("extra") in told[1], len(told)] == [True, True, 2]


@pytest.mark.parametrize(
    "template",
    ["{% raw %}{{ x }}{% endraw %}", "{{ '{{ x }}' }}", "{{ v }}", '{\\"a\\": {\\"b\\": 1}}', "{ x }"],
)
def test_a_mark_that_was_meant_is_none(template):
    text = f'  a: {{input: {{prompt: "{template}"}}}}\nvars: {{v: "{{% raw %}}{{{{ x }}}}{{% endraw %}}"}}\n'
    assert notices(text) == []


def test_a_mark_that_a_template_puts_together_is_told():
    assert 'what is sent still holds "{{" (job a)' in one("""  a: {input: {prompt: "{{ '{' ~ '{' }} x"}}""")


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", ">>>>>>> main", "||||||| base"])
def test_conflict_marks_in_what_is_sent_are_told(mark):
    message = "jobs.a.input.prompt: what is sent holds a merge conflict mark (job a"
    assert message in one(f'  a: {{input: {{prompt: "{mark}"}}}}\n')
    assert message in one(f'  a: {{matrix: {{x: ["{mark}", b]}}, input: {{prompt: "{{{{ x }}}}"}}}}\n')


def test_lines_and_arrows_of_other_lengths_are_no_conflict():
    text = '  a: {matrix: {x: [a]}, input: {prompt: "{{ x }}\\n=======\\nb => c <- d | e >> f <<<"}}\n'
    assert notices(text) == []


def test_takes_and_groups_are_counted_apart():
    text = (
        '  a: {matrix: {x: ["", b]}, repeat: 2, input: {prompt: "A {{ x }} fox"}}\n'
        '  b: {matrix: {x: ["", b]}, input: {prompt: "A {{ x }} fox", duration: 15}}\n'
    )
    first, second = notices(text)
    assert "jobs.a.input.prompt" in first
    assert first.endswith("(job a/1 and 1 more job) [template-hole]")
    assert "jobs.b.input.prompt" in second
    assert second.endswith("(job b/1) [template-hole]")


def test_a_long_loop_is_looked_at_in_no_time():
    text = (
        "  a: {matrix: {n: [9000]}, input: {prompt: \"{% for i in range(n) %}x {% endfor %}{{ '' }} y\"}}\n"
    )
    assert len(notices(text)) <= 1


@pytest.mark.parametrize("value", ["[{{ brand }}]", "{{ brand }}", "{from: x.yaml}"])
def test_nobody_is_led_to_write_a_template_where_it_is_none(value):
    (problem,) = problems_of(
        f"jobs:\n  a: {{matrix: {{x: {value}}}, input: {{prompt: a}}}}\n", x_yaml="- {{ brand }}\n"
    )
    assert "{{ starts a mapping here (a value of an axis or a data file is no template" in problem


def test_a_spreadsheets_error_is_told_at_its_cell():
    text = '  a:\n    matrix: {s: {from: x.csv}}\n    input: {prompt: "A {{ s.n }} fox, {{ s.id }}"}\n'
    csv = 'id,n\n1,red\n2,"#N/A"\n3,#DIV/0!\n4,Err:502\n5,#3 of five\n6,the #REF! of it\n'
    assert one(text, x_csv=csv) == (
        'x.csv:3:3: [1].n: "#N/A" is a spreadsheet\'s error, as 2 more cells; it is sent as it stands [formula-error]'
    )
