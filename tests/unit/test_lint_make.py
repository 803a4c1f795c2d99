"""What may be a slip: found at its place and told once; what was meant so is left in peace."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.lock_entry import completed, rejected
from fakes.matrix_case import HEAD, MemoryTree
from fakes.pictures import picture
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.rule import Level, Rule
from sora2batch.lint.make import lint
from sora2batch.lint.subject import LintSubject
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Entry
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.tree import DiskTree, FileTree
from sora2batch.matrix.expand import expand

CATALOG = load_catalog()
TOP = HEAD.count("\n")
EMPTY = Lockfile(manifest="")
IMAGE = "tool: sora2-image-to-video-api, input: {prompt: fox, image: %s}"


def lines(text, *, tree: FileTree | None = None, lockfiles=(EMPTY,), **files):
    """The findings; lines counted without the head."""
    names = {".".join(key.rsplit("_", 1)): value for key, value in files.items()}
    tree = tree or MemoryTree({"batch.yaml": HEAD + text, **names})
    manifest = load_manifest(Path("folder/batch.yaml"), tree=MemoryTree({"batch.yaml": HEAD + text}))
    expansion = expand(manifest, CATALOG, tree)
    subject = LintSubject(
        manifest=manifest,
        jobs=expansion.jobs,
        catalog=CATALOG,
        files=expansion.files,
        tree=tree,
        lockfiles=lambda: {f"{number}.lock.jsonl": one for number, one in enumerate(lockfiles)},
    )
    return [
        replace(one, position=one.position._replace(line=one.position.line - TOP)).line
        if one.file == "folder/batch.yaml"
        else one.line
        for one in lint(subject)
    ]


def rules(text, **more):
    return [line.rpartition("[")[2][:-1] for line in lines(text, **more)]


class TestTextsThatDecide:
    def test_a_cell_of_a_data_file_is_named_with_its_place(self):
        text = 'jobs: {a: {matrix: {s: {from: x.csv}}, input: {prompt: "{% if not s.day %}night {% endif %}fox {{ s.n }}"}}}\n'
        assert lines(text, x_csv="n,day\n1,TRUE\n2, FALSE \n3,no\n") == [
            (
                'folder/x.csv:3:3: warning: [1].day: "FALSE" is a text, so that "if s.day" is true of it, as of 1 more value '
                '(compare it: if s.day == "yes"; in YAML and JSON write false, without quotes) [text-condition]'
            )
        ]

    @pytest.mark.parametrize(
        "template",
        [
            "{{ 'a' if x else 'b' }} {{ y }}",
            "{% if y and x %}a{% endif %} {{ y }}{{ x }}",
            "{% if vars.v %}a{% endif %} {{ y }}{{ x }}",
            "{% if v %}a{% elif x %}b{% endif %} {{ y }}{{ x }}",
        ],
    )
    def test_it_is_seen_in_every_kind_of_if(self, template):
        text = f'vars: {{v: "off"}}\njobs: {{a: {{matrix: {{x: ["no"], y: [b]}}, input: {{prompt: "{template}"}}}}}}\n'
        assert "text-condition" in rules(text)

    @pytest.mark.parametrize(
        "template",
        [
            "{% if x == 'no' %}a{% endif %}",
            "{% if x and x != 'no' %}a{% endif %}",
            "{% if x | length %}a{% endif %}",
            "{% if x is string %}a{% endif %}",
            "{% if y %}a{% endif %}{{ x }}",
            "{% if z %}a{% endif %}{{ x }}",
            "{{ x }}",
        ],
    )
    def test_a_comparison_and_a_value_of_another_kind_are_no_slip(self, template):
        text = f'jobs: {{a: {{matrix: {{x: ["no"], y: [false, 0], z: [nobody]}}, input: {{prompt: "{template}{{{{ y }}}}"}}}}}}\n'
        assert rules(text) == []


class TestNearDuplicates:
    def test_the_second_of_two_is_told_at_its_value_and_pairs_are_counted(self):
        text = "jobs:\n  a:\n    matrix: {x: [red fox, owl, Red Fox!, 'red  fox', OWL]}\n    input: {prompt: 'A {{ x }}'}\n"
        assert lines(text) == [
            (
                "folder/batch.yaml:3:32: warning: jobs.a.matrix.x[2]: the prompts of a/red-fox and a/red-fox-2 differ in case, "
                "blanks or punctuation only, and 2 more pairs (for two takes of one prompt write repeat: 2) [near-duplicate]"
            )
        ]

    def test_they_are_found_in_two_groups(self):
        (line,) = lines("jobs:\n  a: {input: {prompt: A fox}}\n  b: {input: {prompt: a fox.}}\n")
        assert line.startswith(
            "folder/batch.yaml:3:23: warning: jobs.b.input.prompt: the prompts of a and b differ"
        )

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("a fox", "a foxx"),
            ("shot 1", "shot 2"),
            ("1.5 times", "15 times"),
            ("狐狸", "狐"),
            ("a 🦊", "a 🐺"),
            ("a + b", "a b"),
            ("für", "fur"),
            ("50%", "50"),
            ("at -5 degrees", "at 5 degrees"),
            ("at – 5 degrees", "at 5 degrees"),
            ("C#", "C"),
            ("C#", "C++"),
            ("18+", "18"),
            ("16:9", "169"),
            ("1,5", "15"),
            ("1/2", "12"),
            ("10²", "102"),
            ("5°", "5"),
            ("@fox", "fox"),
            ("fox*", "fox"),
            ("a.b", "a b"),
            (".NET", "NET"),
            ("a & b", "a b"),
            ("'open' sign", "open sign"),
            ("(fox:1.5)", "(fox:15)"),
            ("well-known", "well known"),
            ("👩‍🚀", "👩🚀"),
            ("１，５", "１５"),
        ],
    )
    def test_what_a_reader_tells_apart_is_none(self, one, other):
        assert (
            rules(f'jobs: {{a: {{matrix: {{x: ["{one}", "{other}"]}}, input: {{prompt: "{{{{ x }}}}"}}}}}}\n')
            == []
        )

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("A fox, running.", "a fox running"),
            ("Style: noir; a fox!", "style noir a fox"),
            ("a fox... running", "a fox… running"),
            ("a fox — running", "a fox, running"),
            ("the fox’s den", "the fox's den"),
            ("“go.” now", "«go» now"),
            ("狐狸，在雪里。", "狐狸 在雪里"),
            ("a\u00a0fox", "a fox"),
            ("fo\u200bx\ufeff", "fox"),
            ("fu\u0308r", "f\u00fcr"),
            ("(a fox.)", "(a fox)"),
        ],
    )
    def test_what_a_reader_does_not_tell_apart_is_one(self, one, other):
        groups = {name: {"input": {"prompt": text}} for name, text in (("a", one), ("b", other))}
        assert rules(f"jobs: {json.dumps(groups)}\n") == ["near-duplicate"]

    def test_takes_and_other_settings_are_none(self):
        assert (
            rules(
                "jobs: {a: {repeat: 3, input: {prompt: fox}}, b: {input: {prompt: Fox, duration: 15}}, c: {input: {prompt: Fox, aspect_ratio: 9:16}}}\n"
            )
            == []
        )


class TestUrls:
    @pytest.mark.parametrize(
        ("url", "rule"),
        [
            ("http://localhost:8000/fox.jpg", "private-url"),
            ("https://127.0.0.1/fox.jpg", "private-url"),
            ("https://192.168.0.7/fox.jpg", "private-url"),
            ("https://[::1]/fox.jpg", "private-url"),
            ("https://nas/fox.jpg", "private-url"),
            ("https://nas.local./fox.jpg", "private-url"),
            ("https://127.1/fox.jpg", "private-url"),
            ("https://0x7f.1/fox.jpg", "private-url"),
            ("https://2130706433/fox.jpg", "private-url"),
            ("https://me:pw@2130706433:8443/fox.jpg", "private-url"),
            ("http://[::ffff:127.0.0.1]/fox.jpg", "private-url"),
            ("https://localhost./fox.jpg", "private-url"),
            ("https://１２７.０.０.１/fox.jpg", "private-url"),
            ("https://1.2.3.4.5/fox.jpg", "private-url"),
            ("http://cdn.example.com/fox.jpg", "plain-http"),
            ("HTTP://8.8.8.8/fox.jpg", "plain-http"),
        ],
    )
    def test_a_url_that_nobody_else_can_fetch_or_anybody_can_read_is_told(self, url, rule):
        assert rules(f"jobs: {{a: {{{IMAGE % f'{chr(34)}{url}{chr(34)}'}}}}}\n") == [rule]

    @pytest.mark.parametrize(
        "url", ["https://cdn.example.com/fox.jpg", "https://8.8.8.8/a", "https://local.example.com/a"]
    )
    def test_others_are_fine(self, url):
        assert rules(f"jobs: {{a: {{{IMAGE % url}}}}}\n") == []

    def test_it_is_told_once_where_it_is_written_without_its_secrets(self):
        text = (
            "jobs:\n  a:\n    tool: sora2-image-to-video-api\n"
            '    matrix: {s: [{id: one, url: "http://u:pw@h.example.com/a?k=secret"}], y: [b, c, d]}\n'
            "    input: {prompt: '{{ y }}', image: '{{ s.url }}'}\n"
        )
        assert lines(text) == [
            (
                "folder/batch.yaml:4:33: warning: jobs.a.matrix.s[0].url: image is at http://…@h.example.com, without encryption: "
                "it can be read, and changed, on the way (job a/one/b and 2 more jobs) (write https:// if the host answers there) [plain-http]"
            )
        ]

    def test_an_item_of_a_list_has_its_own_place(self):
        text = 'jobs:\n  a:\n    tool: nano-banana-image-api\n    input: {prompt: x, image_list: ["https://a.example.com", "http://b.example.com"]}\n'
        (line,) = lines(text)
        assert line.startswith(
            "folder/batch.yaml:4:62: warning: jobs.a.input.image_list[1]: image_list is at http://b"
        )


class TestPictures:
    @pytest.mark.parametrize(
        ("size", "expected"),
        [
            ((1280, 720), []),
            ((1500, 1000), []),
            ((1600, 1000), []),
            ((1000, 1000), ["picture-shape"]),
            ((720, 1280), ["picture-shape"]),
            ((2560, 1080), ["picture-shape"]),
            ((320, 180), ["small-picture"]),
            ((512, 288), []),
        ],
    )
    def test_its_shape_and_size_are_held_against_the_clip(self, tmp_path, size, expected):
        picture(tmp_path, "fox.png", size=size)
        assert rules(f"jobs: {{a: {{{IMAGE % 'fox.png'}}}}}\n", tree=DiskTree(tmp_path)) == expected

    def test_a_clip_that_follows_its_picture_and_a_mere_reference_may_have_any_shape(self, tmp_path):
        picture(tmp_path, "fox.png", size=(300, 900))
        picture(tmp_path, "owl.png", size=(30, 90))
        text = (
            "jobs:\n  a: {tool: kling3-image-to-video-api, input: {prompt: fox, image: fox.png}}\n"
            "  b: {tool: nano-banana-image-api, input: {prompt: fox, image_list: [owl.png], aspect_ratio: 16:9}}\n"
        )
        assert rules(text, tree=DiskTree(tmp_path)) == []


PRO = "jobs: {a: {matrix: {x: [fox, owl]}, input: {prompt: '{{ x }}', mode: pro}}}\n"


def paid(prompt, attempt, *, tool="sora2-text-to-video-api", **input):
    entry = Entry(
        key="x",
        fingerprint=f"sha256:{prompt}",
        tool_type=tool,
        take=1,
        input={"prompt": prompt, **input},
        attempts=(attempt,),
    )
    return lockfile_of("x.yaml", [entry])


class TestTheDearestFirst:
    def test_a_group_of_pro_jobs_alone_is_told_at_the_mode(self):
        assert lines(PRO) == [
            (
                "folder/batch.yaml:1:70: notice: jobs.a.input.mode: every job of a has mode pro, 5 times as dear as std, and nothing "
                "cheaper was tried (try mode: std first, and promote the best) [dear-first]"
            )
        ]

    @pytest.mark.parametrize(
        ("tool", "more", "expected"),
        [
            ("sora2-text-to-video-api", "duration: 15", ["dear-first"]),
            ("kling3-text-to-video-api", "duration: 15", ["dear-first"]),
            ("kling3-text-to-video-api", "model_mode: pro, duration: 5", ["dear-first"]),
            ("kling3-text-to-video-api", "duration: 10", []),
            ("grok-text-to-video-api", "duration: 15", ["dear-first"]),
            ("nano-banana-image-2-api", "resolution: 4K", ["dear-first"]),
            ("nano-banana-image-2-api", "resolution: 2K", []),
            ("veo3-text-to-video-fast-api", "aspect_ratio: 16:9", []),
        ],
    )
    def test_of_each_tool_its_dearest_value_and_its_longest_clip_count(self, tool, more, expected):
        assert rules(f"jobs: {{a: {{tool: {tool}, input: {{prompt: x, {more}}}}}}}\n") == expected

    @pytest.mark.parametrize(
        "lockfiles",
        [
            (paid("bear", completed(), mode="std"),),
            (EMPTY, paid("fox", completed(), mode="std")),
            (),
        ],
    )
    def test_once_something_cheaper_was_paid_for_nothing_is_told(self, lockfiles):
        assert rules(PRO, lockfiles=lockfiles) == []

    @pytest.mark.parametrize(
        "lockfiles",
        [
            (paid("bear", completed(), mode="pro"),),
            (paid("bear", rejected(), mode="std"),),
            (paid("bear", completed(), mode="std", tool="another"),),
            (EMPTY, paid("bear", completed(), mode="std")),
        ],
    )
    def test_what_does_not_tell_how_the_prompt_comes_out_does_not_count(self, lockfiles):
        assert rules(PRO, lockfiles=lockfiles) == ["dear-first"]

    def test_a_cheaper_job_of_the_manifest_is_enough(self):
        assert rules("jobs: {a: {matrix: {q: [std, pro]}, input: {prompt: fox, mode: '{{ q }}'}}}\n") == []
        assert rules("jobs: {a: {input: {prompt: fox, mode: pro}}, b: {input: {prompt: fox}}}\n") == []


@pytest.mark.parametrize(
    ("tool", "filename", "expected"),
    [
        ("nano-banana-image-api", "x.mp4", ["wrong-ending"]),
        ("sora2-text-to-video-api", "x.PNG", ["wrong-ending"]),
        ("sora2-text-to-video-api", "x.mov", []),
        ("nano-banana-image-api", "x.jpeg", []),
        ("nano-banana-image-api", "x.v2", []),
    ],
)
def test_an_ending_that_no_result_of_the_tool_has_is_told(tool, filename, expected):
    assert (
        rules(f"jobs: {{a: {{tool: {tool}, input: {{prompt: x}}}}}}\noutput: {{filename: {filename}}}\n")
        == expected
    )


def test_a_manifest_can_ignore_a_rule_make_it_a_warning_or_silence_a_line():
    (notice,) = lines(PRO)
    (warning,) = lines(PRO + "lint: {warn: [dear-first]}\n")
    assert (f": {Level.NOTICE}: " in notice, f": {Level.WARNING}: " in warning) == (True, True)
    assert lines(PRO + f"lint: {{ignore: [{Rule.DEAR_FIRST}]}}\n") == []
    assert lines(PRO.replace("\n", "  # sora2batch: ignore dear-first\n")) == []


def test_a_comment_at_the_name_of_a_data_file_counts_for_its_cells():
    text = "jobs:\n  a:\n    tool: sora2-image-to-video-api\n    matrix:\n      s: {from: x.csv}%s\n    input: {prompt: fox, image: '{{ s.u }}'}\n"
    csv = "u\nhttp://a.example.com\n"
    assert rules(text % "", x_csv=csv) == ["plain-http"]
    assert rules(text % " # sora2batch: ignore plain-http", x_csv=csv) == []
