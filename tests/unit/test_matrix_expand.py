from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.matrix_case import expand_text, problems_of, prompts
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.catalog.tool import Availability
from sora2batch.ground.job import fingerprint_of

CONTRACT_EXAMPLE = """\
tool: sora2-image-to-video-api
vars: {brand: Aurora}
defaults:
  input: {mode: std, duration: 10, aspect_ratio: 16:9}
jobs:
  hero:
    matrix:
      subject:
        - {id: fox, noun: a red fox, image: https://cdn.example.com/fox.jpg}
        - {id: owl, noun: an owl, image: https://cdn.example.com/owl.jpg}
      camera: [slow pan, dolly in]
      quality: [std, pro]
      exclude:
        - {subject: owl, quality: pro}
      include:
        - {subject: {id: cat, noun: a cat, image: https://cdn.example.com/cat.jpg}, camera: crane up, quality: std}
    repeat: 2
    input:
      prompt: "{{ camera | capitalize }} on {{ subject.noun }}. {{ brand }} campaign."
      image: "{{ subject.image }}"
      mode: "{{ quality }}"
  shots:
    matrix:
      shot: {from: shots.csv}
    input: {prompt: "{{ shot.prompt }}", image: "{{ shot.image }}", duration: "{{ shot.seconds | int }}"}
output: {dir: out/spring, filename: "{{ job.key }}.mp4"}
"""


def group(text, head=""):
    return f"{head}jobs:\n  g:\n    {text}\n"


def test_the_example_of_the_contract_expands_as_it_says():
    text = (
        CONTRACT_EXAMPLE.removeprefix("tool: sora2-image-to-video-api\n")
        .replace("  hero:\n", "  hero:\n    tool: sora2-image-to-video-api\n")
        .replace("  shots:\n", "  shots:\n    tool: sora2-image-to-video-api\n")
    )
    expansion = expand_text(text, shots_csv="prompt,image,seconds\nA fox,https://x.example/a.jpg,15\n")
    keys = [job.key for job in expansion.jobs]
    assert keys[:4] == [
        "hero/fox/slow-pan/std",
        "hero/fox/slow-pan/std#2",
        "hero/fox/slow-pan/pro",
        "hero/fox/slow-pan/pro#2",
    ]
    assert keys[-3:] == ["hero/cat/crane-up/std", "hero/cat/crane-up/std#2", "shots/1"]
    assert len(keys) == 2 * (2 * 2 * 2 - 2 + 1) + 1
    first, last = expansion.jobs[0], expansion.jobs[-1]
    assert first.input == {
        "mode": "std",
        "duration": 10,
        "aspect_ratio": "16:9",
        "prompt": "Slow pan on a red fox. Aurora campaign.",
        "image": "https://cdn.example.com/fox.jpg",
    }
    assert first.labels == (("subject", "fox"), ("camera", "slow-pan"), ("quality", "std"))
    assert first.filename == "hero/fox/slow-pan/std.mp4"
    assert first.fingerprint == fingerprint_of("sora2-image-to-video-api", first.input, 1)
    assert (first.credits, expansion.jobs[2].credits, last.credits) == (420, 2100, 420)
    assert last.input["duration"] == 15
    assert [name for name, _ in expansion.data_digests] == ["shots.csv"]
    assert expansion.notices == ()


def test_a_group_without_a_matrix_is_one_job_named_after_it():
    (job,) = expand_text(group("input: {prompt: a fox}")).jobs
    assert (job.key, job.filename, job.labels, job.take) == ("g", "g", (), 1)
    assert job.input == {"prompt": "a fox", "mode": "std", "duration": 10, "aspect_ratio": "16:9"}


def test_job_counts_takes_and_its_names_are_in_scope():
    text = "matrix: {a: [x, y]}\n    repeat: 2\n    input: {prompt: '{{ job.group }} {{ job.index }} {{ job.take }} {{ job.key }}'}"
    assert prompts(expand_text(group(text))) == {
        "g/x": "g 0 1 g/x",
        "g/x#2": "g 1 2 g/x#2",
        "g/y": "g 2 1 g/y",
        "g/y#2": "g 3 2 g/y#2",
    }


def test_a_cell_value_hides_a_variable_only_where_there_is_one():
    text = """\
vars: {look: plain, long: "very {{ look }}"}
jobs:
  g:
    matrix: {a: [1], include: [{a: 2, look: wild}]}
    input: {prompt: "{{ a }} {{ look }} {{ long }} {{ vars.look }}"}
"""
    assert prompts(expand_text(text)) == {
        "g/1": "1 plain very plain plain",
        "g/2/wild": "2 wild very wild plain",
    }


def test_variables_may_use_each_other_in_any_order_and_depth():
    text = """\
vars:
  all: {texts: ["{{ title }}", "{{ vars.brand }}"], n: "{{ 1 + 1 }}"}
  title: "{{ brand }}: {{ a }}"
  brand: Aurora
jobs:
  g:
    matrix: {a: [x, y]}
    input: {prompt: "{{ all.texts | join('|') }} {{ all.n + 1 }}"}
"""
    assert prompts(expand_text(text)) == {"g/x": "Aurora: x|Aurora 3", "g/y": "Aurora: y|Aurora 3"}


def test_data_is_inert():
    text = group("matrix: {shot: {from: shots.csv}}\n    input: {prompt: '{{ shot.prompt }}'}")
    expansion = expand_text(text, shots_csv="prompt\n{{ range(3) | list }}{% if %}\n")
    assert prompts(expansion) == {"g/1": "{{ range(3) | list }}{% if %}"}


def test_a_template_of_one_axis_among_many_cells_is_right_everywhere():
    text = """\
vars: {v: "<{{ q }}>"}
jobs:
  g:
    matrix: {p: [a, b, c, d, e], q: [f, g], r: [h, i, j]}
    input: {prompt: "{{ v }} {{ q }} {{ job.key }}", mode: "{{ 'pro' if p == 'a' else 'std' }}"}
"""
    for job in expand_text(text).jobs:
        labels = dict(job.labels)
        assert job.input["prompt"] == f"<{labels['q']}> {labels['q']} {job.key}"
        assert job.input["mode"] == ("pro" if labels["p"] == "a" else "std")


def test_takes_share_their_input():
    first, second = expand_text(group("repeat: 2\n    input: {prompt: x}")).jobs
    assert first.input is second.input
    assert first.fingerprint != second.fingerprint


def test_the_label_of_an_included_cell_never_meets_another_key():
    text = "matrix: {a: [w, x], b: [y], include: [{a: x, b: z}, {c: q}, {a: X, c: Y}]}\n    input: {prompt: '{{ a }} {{ b | d(0) }}'}"
    keys = list(prompts(expand_text(group(text))))
    assert keys == ["g/w/y", "g/x/y", "g/x/z", "g/x-2/y"]


def test_a_sample_applies_after_include_and_exclude():
    text = "matrix: {a: [1, 2, 3], exclude: [{a: 2}]}\n    sample: {method: random, count: 9}\n    input: {prompt: 'no {{ a }}'}"
    assert list(prompts(expand_text(group(text)))) == ["g/1", "g/3"]


def test_an_exclude_that_matches_nothing_is_a_notice():
    text = "matrix: {a: [1, 2], exclude: [{a: 7}]}\n    input: {prompt: 'no {{ a }}'}"
    assert expand_text(group(text)).notices == (
        'batch.yaml:6:35: jobs.g.matrix.exclude[0]: matches no cell: {"a": 7}; is it a slip? [idle-exclude]',
    )


@pytest.mark.parametrize(
    ("axis", "entry", "hint"),
    [
        ("[{name: a}, {name: b}]", "b", 'name the key that holds it: {a: {name: "b"}}'),
        ("[{id: fox}, {id: owl}]", "fix", 'did you mean "fox"?'),
        ("[snow, rain]", "snwo", 'did you mean "snow"?'),
        ("[5, 10]", "'5'", "write 5 without quotes"),
    ],
)
def test_an_exclude_that_matches_nothing_says_what_may_be_meant(axis, entry, hint):
    text = (
        f"matrix: {{a: {axis}, exclude: [{{a: {entry}}}]}}\n    input: {{prompt: 'no {{{{ a | tojson }}}}'}}"
    )
    [notice] = expand_text(group(text)).notices
    assert f"is it a slip? ({hint}) [idle-exclude]" in notice


def test_a_group_that_excludes_everything_is_a_notice():
    text = "matrix: {a: [1], exclude: [{a: 1}]}\n    input: {prompt: '{{ a }}'}"
    expansion = expand_text(group(text))
    assert expansion.jobs == ()
    assert expansion.notices == (
        "batch.yaml:6:5: jobs.g: exclude leaves no cell, so the group has no job [no-jobs]",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            group("input: {prompt: '{{ camra }}'}", "vars: {camera: x}\n"),
            '4:21: jobs.g.input.prompt: "camra" is not defined (job g) (did you mean "camera"? known here: camera, job)',
        ),
        (
            group("matrix: {a: [1, 2, 3]}\n    input: {prompt: x, mode: PRO}"),
            '4:30: jobs.g.input.mode: mode is "PRO", must be "std" or "pro"',
        ),
        (
            group("input: {}", "defaults: {input: {prompt: x, duration: 12}}\n"),
            "1:41: defaults.input.duration: duration is 12, must be 10 or 15",
        ),
        (group("input: {mode: std}"), "3:12: jobs.g.input.prompt: prompt is missing"),
        (group("input: {prompt: x, promt: y}"), "3:24: jobs.g.input.promt: promt is"),
        (
            group("tool: sora2\n    input: {prompt: x}"),
            '3:11: jobs.g.tool: there is no tool "sora2"; there are',
        ),
        (
            group("input: {prompt: '{{ a b }}'}"),
            "3:21: jobs.g.input.prompt: the template cannot be understood: what stands in the braces is no expression",
        ),
        (
            group("matrix: {s: {from: a.xlsx}}\n    input: {prompt: x}"),
            '3:24: jobs.g.matrix.s.from: "a.xlsx" cannot be read: the name must end in ".csv"',
        ),
        (
            group("matrix: {s: {from: a.csv}}\n    input: {prompt: x}"),
            '3:24: jobs.g.matrix.s.from: there is no file "a.csv"',
        ),
        (
            group("input: {prompt: x}", "vars: {a: '{{ b }}', b: '{{ vars.a }}'}\n"),
            "1:11: vars.a: uses itself: a -> b -> a",
        ),
        (
            group("input: {prompt: x}", "vars: {unused: '{{ nope }}'}\n"),
            '1:16: vars.unused: "nope" is not defined (job g)',
        ),
        (
            group("input: {prompt: x}", "output: {filename: '../{{ job.key }}'}\n"),
            '1:20: output.filename: the file name "../g" must not have a part ".." (job g)',
        ),
        (
            group("input: {prompt: x}", "output: {filename: '{{ job.kay }}'}\n"),
            '1:20: output.filename: the mapping has no "kay" (did you mean "key"?',
        ),
        (
            group(f"matrix: {{a: {list(range(1001))}, b: {list(range(1000))}}}\n    input: {{prompt: x}}"),
            "3:13: jobs.g.matrix: the matrix has 1,001,000 cells, more than 1,000,000",
        ),
        (
            group(f"matrix: {{a: {list(range(1000))}}}\n    repeat: 2000\n    input: {{prompt: x}}"),
            "3:13: jobs.g.matrix: the matrix has 2,000,000 jobs, more than 1,000,000",
        ),
    ],
)
def test_a_problem_stands_at_its_place(text, expected):
    found = problems_of(text)
    assert found[0].removeprefix("batch.yaml:").startswith(expected), found[0]


def test_jobs_of_a_retired_tool_can_still_be_told_apart_and_priced():
    catalog = load_catalog()
    retired = replace(catalog.get("sora2-text-to-video-api"), availability=Availability.RETIRED)
    catalog = Catalog(tools={**catalog.tools, retired.tool_type: retired})
    (job,) = expand_text(group("input: {prompt: x}"), catalog=catalog).jobs
    assert job.credits == 420


def test_a_variable_in_use_that_cannot_be_rendered_is_told_at_the_variable():
    text = group(
        "matrix: {n: [0, 1]}\n    input: {prompt: '{{ v }}', mode: '{{ v }}'}", "vars: {v: '{{ 1 / n }}!'}\n"
    )
    first, second = problems_of(text)
    assert first == "batch.yaml:1:11: vars.v: cannot be rendered: division by zero (job g/0)"
    assert 'mode is "1.0!"' in second


def test_variables_in_use_that_go_round_in_a_circle_are_told():
    text = group("input: {prompt: '{{ a }}'}", "vars: {a: ['{{ vars }}']}\n")
    assert problems_of(text) == ["batch.yaml:1:11: vars.a: uses itself: a -> a"]


def test_an_unused_variable_is_tried_where_its_names_are_known():
    text = """\
vars: {v: "{{ shot.prompt | upper }} {{ w }}", w: "{{ job.take }}"}
jobs:
  a: {input: {prompt: x}}
  b: {matrix: {shot: [{prompt: y}]}, input: {prompt: "{{ shot.prompt }}"}}
"""
    assert prompts(expand_text(text)) == {"a": "x", "b/1": "y"}


def test_a_file_name_may_depend_on_an_axis_only():
    text = group(
        "matrix: {n: [A, b]}\n    input: {prompt: '{{ n }}'}",
        "output: {filename: '{{ n | slug }}/clip.mp4'}\n",
    )
    assert [job.filename for job in expand_text(text).jobs] == ["a/clip.mp4", "b/clip.mp4"]


def test_a_number_too_large_for_json_is_refused():
    text = group("input: {prompt: x, duration: '{{ 10 ** 80 }}'}")
    assert problems_of(text)[0].startswith("batch.yaml:3:34: jobs.g.input.duration: ")


def test_a_fault_of_many_jobs_is_told_once():
    text = group("matrix: {a: [1, 2, 3]}\n    input: {prompt: 'no {{ a }}', mode: PRO}")
    (problem,) = problems_of(text)
    assert "(job g/1 and 2 more jobs)" in problem


def test_many_different_faults_are_all_kept():
    text = group(f"matrix: {{a: {list(range(150))}}}\n    input: {{prompt: x, mode: '{{{{ a }}}}'}}")
    found = problems_of(text)
    assert len(found) == 150


def test_a_bad_data_file_is_told_once_and_at_its_line():
    text = group("matrix: {s: {from: s.jsonl}, t: {from: s.jsonl}}\n    input: {prompt: x}")
    assert problems_of(text, s_jsonl="1\n{\n")[0].startswith("s.jsonl:2:")
    assert len(problems_of(text, s_jsonl="1\n{\n")) == 1


def test_every_kind_of_problem_is_told_at_once():
    text = """\
vars: {broken: "{{ x y }}"}
jobs:
  a: {tool: nope, input: {prompt: "{{ typo }}"}}
  b: {input: {prompt: "{{ broken }}"}}
  c: {input: {prompt: x, mode: PRO}}
  d: {matrix: {s: {from: no.csv}}, input: {prompt: x}}
"""
    places = [problem.split(": ")[1] for problem in problems_of(text)]
    assert places == [
        "vars.broken",
        "jobs.a.tool",
        "jobs.a.input.prompt",
        "jobs.c.input.mode",
        "jobs.d.matrix.s.from",
    ]


def test_two_jobs_that_ask_the_same_are_refused_with_both_names():
    text = "jobs:\n  a: {input: {prompt: x}}\n  b: {matrix: {n: [1, 2]}, input: {prompt: x}}\n"
    (problem,) = problems_of(text)
    assert problem.endswith(
        "jobs.b: jobs a and b/1 are the same request, and 1 more pair (use `repeat: 2` for two takes)"
    )


def test_two_jobs_of_one_file_are_refused_with_both_names():
    text = group("matrix: {n: [A, b]}\n    input: {prompt: '{{ n }}'}", "output: {filename: 'clip.mp4'}\n")
    (problem,) = problems_of(text)
    assert 'output.filename: jobs g/a and g/b would both be written to "clip.mp4"' in problem


@pytest.mark.parametrize(
    "name", ["clip{{ '.MP4' if n == 'a' else '.png' }}", "clip{{ '' if n == 'a' else '.jfif' }}"]
)
def test_two_jobs_whose_files_differ_in_the_ending_only_are_refused(name):
    text = group("matrix: {n: [a, b]}\n    input: {prompt: '{{ n }}'}", f'output: {{filename: "{name}"}}\n')
    (problem,) = problems_of(text)
    assert "jobs g/a and g/b would both be written to" in problem


@pytest.mark.parametrize(
    "name",
    [
        "clip.mp4{{ '' if n == 'a' else '/b.mp4' }}",
        "clip{{ '' if n == 'a' else '.jpg/in/b' }}",
        "{{ 'CLIP.png' if n == 'a' else 'clip.mp4/b' }}",
    ],
)
def test_a_file_that_is_called_like_the_folder_of_another_is_refused(name):
    text = group(
        "matrix: {n: [b, a, c]}\n    input: {prompt: '{{ n }}'}",
        f"output: {{filename: \"{name}{{{{ n if n == 'c' else '' }}}}\"}}\n",
    )
    (problem,) = problems_of(text)
    assert "output.filename: jobs g/a and g/" in problem
    assert "would be a file and a folder" in problem


def test_a_folder_beside_a_file_of_the_same_stem_is_none_in_its_way():
    text = group(
        "matrix: {n: ['', /b.mp4]}\n    input: {prompt: 'x{{ n }}'}",
        'output: {filename: "v1.5/clip{{ n }}"}\n',
    )
    assert [job.filename for job in expand_text(text).jobs] == ["v1.5/clip", "v1.5/clip/b.mp4"]


def test_groups_that_differ_in_case_only_would_share_files():
    text = "jobs:\n  a: {input: {prompt: x}}\n  A: {input: {prompt: y}}\n"
    (problem,) = problems_of(text)
    assert "jobs.A: jobs a and A would both be written" in problem


def test_a_price_that_is_not_known_is_a_problem():
    text = group(
        "tool: image-lipsync-api\n    input: {image: 'https://x.example/a.jpg', audio: 'https://x.example/a.mp3'}"
    )
    assert any("price of image-lipsync-api is not known" in problem for problem in problems_of(text))


def test_a_missing_data_file_hides_no_fault_of_a_literal_field():
    text = 'matrix: {x: {from: no.csv}}\n    input: {mode: PRO, duration: "{{ x }}", prompt: "{{ }}"}'
    first, second, third = problems_of(group(text))
    assert "no.csv" in first
    assert "mode is" in second
    assert "(job" not in second
    assert "cannot be understood" in third


def test_a_missing_data_file_makes_no_field_missing():
    (only,) = problems_of(group("matrix: {x: {from: no.csv}}"))
    assert "no.csv" in only


def test_a_field_that_cannot_be_compiled_hides_no_other():
    text = 'matrix: {m: [PRO]}\n    input: {prompt: "{{ }}", mode: "{{ m }}", mood: 1}'
    assert [
        "understood" in one or "mode is" in one or "mood is" in one for one in problems_of(group(text))
    ] == [
        True,
        True,
        True,
    ]


def test_a_field_that_cannot_be_rendered_hides_no_other_and_is_not_missing():
    text = 'matrix: {m: [PRO]}\n    input: {prompt: "{{ nope }}", mode: "{{ m }}"}'
    first, second = problems_of(group(text))
    assert '"nope" is not defined' in first
    assert "mode is" in second


def test_a_broken_variable_hides_no_fault_of_a_literal_field():
    first, second = problems_of(group('input: {prompt: "{{ v }}", duration: 12}', 'vars: {v: "{{ }}"}\n'))
    assert "cannot be understood" in first
    assert "duration is 12" in second


def test_a_fault_in_the_defaults_is_told_once_with_the_jobs_that_have_it():
    text = """\
defaults: {input: {mode: PRO}}
jobs:
  a: {matrix: {x: {from: no.csv}}}
  b: {input: {prompt: y}}
"""
    first, second = problems_of(text)
    assert "mode is" in first
    assert "(job b)" in first
    assert "no.csv" in second


def test_an_idle_variable_is_not_tried_while_the_group_that_has_its_axis_is_unknown():
    text = """\
vars: {line: "{{ shot }}"}
jobs:
  a: {matrix: {shot: {from: no.csv}}, input: {prompt: "{{ line }}"}}
  b: {input: {prompt: y}}
"""
    (only,) = problems_of(text)
    assert "no.csv" in only
