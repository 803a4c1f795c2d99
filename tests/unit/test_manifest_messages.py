"""What a slip of the pen in a manifest is called; whatever a message proposes is tried, and the problem is gone."""

import re
from pathlib import Path

import pytest

from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.digits import plain_digits
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

CATALOG = load_catalog()
HEAD = "version: 1\ntool: veo3-text-to-video-fast-api\nbudget: {max_credits: 9000}\n"


def problems(folder, text):
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        expand(load_manifest(path), CATALOG, DiskTree(folder))
    except ManifestError as error:
        return error.problems
    return ()


def told(folder, text):
    return [f"{one.position.line}:{one.position.column}: {one.sentence}" for one in problems(folder, text)]


def with_prompt(written):
    return f"{HEAD}jobs:\n  a:\n    input:\n      prompt: {written}\n      aspect_ratio: 16:9\n"


def test_a_sound_manifest_has_no_problem(tmp_path):
    assert told(tmp_path, with_prompt("A fox")) == []


STARTS = [
    "@",
    "`",
    "%",
    "*",
    "**",
    "&",
    "& ",
    "!",
    "! ",
    "|",
    "| ",
    "> ",
    "- ",
    "? ",
    "{",
    "[",
    "]",
    "}",
    ",",
    "# ",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("rest", ["fox", "fox runs", "fox, runs"])
def test_a_text_that_begins_with_a_sign_of_yaml_is_told_where_it_stands_and_quotes_help(
    tmp_path, start, rest
):
    written = f"{start}{rest}"
    found = problems(tmp_path, with_prompt(written))
    assert found, written
    assert all("is not YAML" not in one.message for one in found)
    assert {one.position.line for one in found} <= {7, 8}
    if start not in {"# ", "[", "{"}:
        assert "quotes" in found[0].sentence
    assert problems(tmp_path, with_prompt(f'"{written}"')) == ()


SLIPS = {
    "a colon": ("fox: a red one", '7:18: a ":" with a space after it cannot stand here (put the text in quotes, or check the indentation)'),
    "an apostrophe": ("'don't'", "7:20: the quoted text ends before this (an apostrophe in '...' is written '', or use double quotes)"),
    "an open quote": ('"a fox', "7:15: the quoted text that starts here is never closed"),
    "a quote too early": ('"a" fox', '7:19: the quoted text ends before this (a quotation mark in "..." is written \\")'),
    "brackets": ("[wide] a fox", "7:22: the list ends before this (put a text with brackets in quotes as a whole)"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "sentence"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_a_text_is_told_in_plain_words(tmp_path, written, sentence):
    assert told(tmp_path, with_prompt(written)) == [sentence]


@pytest.mark.parametrize(
    ("text", "place", "proposal"),
    [
        (HEAD + "jobs:\n  a:\n    input:\n      prompt:x\n      aspect_ratio: 16:9\n", "7:14", "prompt: x"),
        (HEAD.replace("version: 1", "version:1") + "jobs: {a: {input: {prompt: x}}}\n", "1:9", "version: 1"),
    ],
)
def test_a_blank_that_is_missing_after_a_colon_is_told_in_its_own_line(tmp_path, text, place, proposal):
    (sentence,) = told(tmp_path, text)
    assert sentence.startswith(f"{place}: a blank is missing after ")
    assert sentence.endswith(f"(write {proposal})")
    assert told(tmp_path, text.replace(proposal.replace(": ", ":"), proposal)) == []


COMMAS = [
    ("{prompt: A fox, slow dolly in}", 'prompt: "A fox, slow dolly in"'),
    (
        "{prompt: A fox, slow dolly in, at dusk, aspect_ratio: 16:9}",
        'prompt: "A fox, slow dolly in, at dusk"',
    ),
    ("{aspect_ratio: 16:9, prompt: A fox,running}", 'prompt: "A fox,running"'),
    ("{prompt: A fox,\n  slow, aspect_ratio: 16:9}", 'prompt: "A fox, slow"'),
]


@pytest.mark.parametrize(("written", "proposal"), COMMAS)
def test_a_comma_in_braces_is_told_and_the_proposal_works(tmp_path, written, proposal):
    text = f"{HEAD}jobs:\n  a:\n    input: {written}\n"
    (problem,) = problems(tmp_path, text)
    assert "a comma begins a new key" in problem.message
    assert problem.hint == f"put the text in quotes: {proposal}"
    value = proposal.removeprefix("prompt: ").strip('"')
    plain = re.sub(r",\s*", lambda mark: ", " if ", " in mark[0] or "\n" in mark[0] else mark[0], written)
    mended = text.replace(written, plain.replace(value, f'"{value}"'))
    assert mended != text
    assert problems(tmp_path, mended) == ()


def test_a_comma_in_a_number_is_told_and_the_proposal_works(tmp_path):
    text = f"{HEAD}jobs: {{a: {{input: {{prompt: x}}}}}}\nrun: {{submit_rate: 1,5}}\n"
    (problem,) = problems(tmp_path, text)
    assert problem.hint == "a number has a point before its fraction: write submit_rate: 1.5"
    assert problems(tmp_path, text.replace("1,5", "1.5")) == ()


@pytest.mark.parametrize("amount", ["12.000,50", "1.200.000,5"])
def test_an_amount_that_cannot_be_told_is_not_put_in_quotes(tmp_path, amount):
    text = f"{HEAD}jobs: {{a: {{input: {{prompt: x}}}}}}\nrun: {{timeout: {amount}}}\n"
    (problem,) = problems(tmp_path, text)
    assert problem.hint == "write timeout in digits alone, without separators"


def test_a_comma_in_an_axis_value_is_no_key_without_a_word(tmp_path):
    text = (
        HEAD
        + 'jobs: {a: {matrix: {s: [{id: fox, noun: a red fox, young}]}, input: {prompt: "{{ s.noun }}"}}}\n'
    )
    (problem,) = problems(tmp_path, text)
    assert problem.path == ("jobs", "a", "matrix", "s", 0, "young")
    assert problem.hint == 'put the text in quotes: noun: "a red fox, young"'


AMOUNTS = ["12,000", "12.000", "12_000", '"12000"', "1e4", "12 000", "12'000", "12k", "$12000", "12000 credits",
           "'12.000,00'", "12,000,000", "1.5e4", "12.5", "1.500", "１２０００", "012,000", "12,5", "many", "true", "-5"]  # fmt: skip


@pytest.mark.parametrize("written", AMOUNTS)
@pytest.mark.parametrize("form", ["budget:\n  max_credits: {}\n", "budget: {{max_credits: {}}}\n"])
def test_an_amount_is_never_guessed_and_what_is_proposed_is_taken(tmp_path, written, form):
    budget = form.format(written)
    text = HEAD.replace("budget: {max_credits: 9000}\n", budget) + "jobs: {a: {input: {prompt: x}}}\n"
    (problem,) = problems(tmp_path, text)
    assert problem.path[0] == "budget"
    for number in re.findall(r"(?<![\w\"])[0-9]{2,}(?![\w\"])", problem.hint or ""):
        mended = text.replace(budget, f"budget: {{max_credits: {number}}}\n")
        assert problems(tmp_path, mended) == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12,000", 12000),
        ("1.234.567", 1234567),
        ("12 000", 12000),
        ("12\u202f000", 12000),
        ("12.000,00", 12000),
        ("12,5", None),
        ("1.5", None),
        ("12,0000", None),
        ("1,000.000", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_digits_are_read_only_where_one_number_can_be_meant(text, number):
    assert plain_digits(text) == number


TYPOS = [str.upper, lambda word: word[:-1], lambda word: f"{word}s", lambda word: word[1:], lambda word: f"{word} ",
         lambda word: f"{word[0]}\u200b{word[1:]}", lambda word: word.replace("a", "\u0430")]  # fmt: skip


def cases():
    for name, tool in CATALOG.tools.items():
        for field in tool.properties:
            yield name, field


def sample(name):
    """A request that the tool takes."""
    values = {
        "string": "https://h.example/a.jpg",
        "integer": 5,
        "boolean": False,
        "array": ["https://h.example/a.jpg"],
        "number": 5,
    }
    tool = CATALOG.tools[name]
    request = {}
    for field in tool.required:
        schema = tool.properties[field]
        request[field] = schema.get("default", schema.get("enum", [values[schema.get("type", "string")]])[0])
    return request


def manifest_of(name, request):
    import json

    return f'version: 1\ntool: "{name}"\nbudget: {{max_credits: 90000}}\njobs:\n  a:\n    input: {json.dumps(request)}\n'


def is_hinted(problem):
    return re.search(r'did you mean "([^"]+)"\?', problem.hint or "")


@pytest.mark.parametrize(("name", "field"), list(cases()))
def test_a_field_that_is_proposed_for_a_mistyped_one_is_taken(tmp_path, name, field):
    request = sample(name) | {field: sample(name).get(field, "x")}
    for typo in TYPOS:
        wrong = typo(field)
        if wrong == field:
            continue
        mistyped = {wrong if key == field else key: value for key, value in request.items()}
        for problem in problems(tmp_path, manifest_of(name, mistyped)):
            if found := is_hinted(problem):
                assert found[1] != wrong
                mended = {found[1] if key == wrong else key: value for key, value in mistyped.items()}
                assert problem.path not in [one.path for one in problems(tmp_path, manifest_of(name, mended))]


@pytest.mark.parametrize(("name", "field"), list(cases()))
def test_a_value_that_is_proposed_for_a_wrong_one_is_taken(tmp_path, name, field):
    schema = CATALOG.tools[name].properties[field]
    for choice in schema.get("enum", []):
        wrongs = [typo(str(choice)) for typo in TYPOS] + (
            [] if isinstance(choice, str) else [str(choice), f" {choice}"]
        )
        for wrong in wrongs:
            if wrong == choice:
                continue
            for problem in problems(tmp_path, manifest_of(name, sample(name) | {field: wrong})):
                value = proposed(problem.hint or "")
                if value is None:
                    continue
                assert value != wrong or type(value) is not type(wrong)
                mended = problems(tmp_path, manifest_of(name, sample(name) | {field: value}))
                assert problem.path not in [one.path for one in mended]


def proposed(hint):
    if found := re.search(r'did you mean ("[^"]+"|\d+)\?', hint) or re.search(
        r"write (\S+) without quotes", hint
    ):
        import json

        return json.loads(found[1])
    return None


BRACES = ['say {{"a": 1}} now', "a {# b", "a {#", "{{ open", "a {% open", "{{{ 1 }}}", "{{ A fox }}", "{{ }}",
          "{% endif %}", "{{ x }", "{{ $x }}", "{{#if x}}", '{"a": {{"b": 1}}}', "100 {% off"]  # fmt: skip


@pytest.mark.parametrize("prompt", BRACES)
def test_braces_that_are_no_template_name_raw_and_raw_helps(tmp_path, prompt):
    (problem,) = problems(tmp_path, with_prompt(f"'{prompt}'"))
    assert "{% raw %} and {% endraw %}" in problem.hint
    assert problems(tmp_path, with_prompt(f"'{{% raw %}}{prompt}{{% endraw %}}'")) == ()
    (tmp_path / "m.yaml").write_text(with_prompt(f"'{{% raw %}}{prompt}{{% endraw %}}'"))
    jobs = expand(load_manifest(tmp_path / "m.yaml"), CATALOG, DiskTree(tmp_path)).jobs
    assert jobs[0].input["prompt"] == prompt


@pytest.mark.parametrize("prompt", ['{"a": {"b": 1}}', "a }} b", "a %} b", "50% {x} off"])
def test_single_braces_and_what_closes_nothing_are_plain_text(tmp_path, prompt):
    assert problems(tmp_path, with_prompt(f"'{prompt}'")) == ()


NO_NUMBERS = ["5s", "", " ", "seven", "1,5", "nan", "inf", "7.5", "0x10"]


@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize("use", ["{} | int", '[{}] | map("int") | first', "{} | trim | int"])
def test_a_text_that_is_no_whole_number_is_told_and_not_made_0(tmp_path, text, use):
    manifest = f"""version: 1
tool: kling3-text-to-video-api
budget: {{max_credits: 9000}}
jobs:
  a:
    matrix: {{s: ["{text}"]}}
    input: {{prompt: x, duration: '{{{{ {use.format("s")} }}}}'}}
"""
    found = problems(tmp_path, manifest)
    assert [one.path for one in found] == [("jobs", "a", "input", "duration")]
    assert "no whole number" in found[0].message
    mended = manifest.replace("int }}", "int(5) }}").replace('map("int")', 'map("int", 5)')
    if text != "7.5":
        assert problems(tmp_path, mended) == ()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"7" | int', 7),
        ('" 7 " | int', 7),
        ('"7.0" | int', 7),
        ('"1e1" | int', 10),
        ("7.9 | int", 7),
        ('"x" | int(5)', 5),
        ('"x" | int(default=5)', 5),
        ('"7.5" | float | round | int', 8),
        ('"x" | float(5) | int', 5),
    ],
)
def test_numbers_and_texts_of_numbers_are_made_whole_numbers(tmp_path, expression, value):
    text = HEAD.replace("veo3-text-to-video-fast-api", "kling3-text-to-video-api")
    (tmp_path / "m.yaml").write_text(
        f"{text}jobs: {{a: {{input: {{prompt: x, duration: '{{{{ {expression} }}}}'}}}}}}\n"
    )
    jobs = expand(load_manifest(Path(tmp_path / "m.yaml")), CATALOG, DiskTree(tmp_path)).jobs
    assert jobs[0].input["duration"] == value


MAPPINGS = [
    ("    input:\n      prompt:a fox\n", "write prompt: a fox", "prompt:a", "prompt: a"),
    ("    input:\n      prompt\uff1a a fox\n", "write prompt: a fox", "\uff1a", ":"),
    ("    input\uff1a\n      prompt: a fox\n", "write input:", "\uff1a", ":"),
    (
        "    input:\n      prompt\uff1aa fox\n      aspect_ratio: 16:9\n",
        "write prompt: a fox",
        "\uff1a",
        ": ",
    ),
    ('    input\uff1a {prompt: "a fox"}\n', 'write input: {prompt: "a fox"}', "\uff1a", ":"),
    ("    input:\n    - prompt: a fox\n", 'leave out the "- " before each key', "  - prompt", "      prompt"),
]


@pytest.mark.parametrize(("group", "hint", "wrong", "right"), MAPPINGS)
def test_a_text_or_list_in_the_place_of_a_mapping_is_told_with_what_to_write(
    tmp_path, group, hint, wrong, right
):
    text = f"{HEAD}jobs:\n  a:\n{group}"
    assert [problem.hint for problem in problems(tmp_path, text)] == [hint]
    assert problems(tmp_path, text.replace(wrong, right)) == ()


def test_a_budget_that_is_a_number_and_groups_in_a_list_are_told_with_what_to_write(tmp_path):
    text = "version: 1\ntool: veo3-text-to-video-fast-api\nbudget: 9000\njobs:\n  - input: {prompt: x}\n"
    assert [problem.hint for problem in problems(tmp_path, text)] == [
        "write {max_credits: 9000}",
        'give each group a name, such as "hero:", instead of its "- "',
    ]
    mended = text.replace("9000", "{max_credits: 9000}").replace("- input", "hero:\n    input")
    assert problems(tmp_path, mended) == ()


@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u200b"])
def test_an_indentation_that_is_not_of_blanks_is_told_by_its_character(tmp_path, blank):
    text = f"{HEAD}jobs:\n  a:\n{blank * 4}input: {{prompt: x}}\n"
    hints = [problem.hint or "" for problem in problems(tmp_path, text)]
    wanted = f"it begins with the character U+{ord(blank):04X}, which is no blank: indent with blanks"
    assert wanted in hints
    assert problems(tmp_path, text.replace(blank, " ")) == ()
