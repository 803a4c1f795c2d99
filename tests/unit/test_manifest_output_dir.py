from __future__ import annotations

import pytest

from fakes.matrix_case import problems_of
from sora2batch.manifest.output_dir import output_dir_fault


@pytest.mark.parametrize(
    "text",
    [
        "out",
        "out/spring",
        "./out",
        "../clips",
        "/srv/clips",
        "out/a b",
        "out/$100",
        "100%",
        "50% off %",
        "名前/été",
        "out.d",
        ".",
        "a~b",
        "x/~y",
    ],
)
def test_a_path_is_taken_as_it_stands(text):
    assert output_dir_fault(text) is None


@pytest.mark.parametrize(
    ("text", "word", "instead"),
    [
        ("~", "home folder", "clips"),
        ("~/clips", "home folder", "clips"),
        ("~eve/clips", '"~eve"', "clips"),
        ("~\\clips", "home folder", "clips"),
        ("C:\\clips", 'drive ("C:")', "clips"),
        ("c:/clips/a", "drive", "clips/a"),
        ("D:", "drive", "clips"),
        ("out\\spring", "parted by", "out/spring"),
        ("$HOME/x", '"$HOME"', "x"),
        ("out/${USER}/x", '"${USER}"', "out/x"),
        ("$(pwd)/x", '"$(pwd)"', "x"),
        ("%USERPROFILE%\\x", '"%USERPROFILE%"', "x"),
        ("\\\\server\\share", "another machine", "server/share"),
        ("//server/share", "another machine", "server/share"),
        ("file:///x", "URL", "x"),
        ("s3://bucket/x", "URL", "bucket/x"),
        ("https://example.com/x", "URL", "example.com/x"),
        ("out/{{ brand }}", "no template", "out/brand"),
        ("out\u200b/x", "nobody sees", "out/x"),
    ],
)
def test_what_only_another_program_understands_is_refused_with_what_to_write(text, word, instead):
    message, hint = output_dir_fault(text) or ("", "")
    assert word in message
    assert f'write "{instead}"' in hint
    assert output_dir_fault(instead) is None


def test_it_is_told_with_its_place():
    (told,) = problems_of("jobs: {a: {input: {prompt: x}}}\noutput: {dir: ~/clips}\n")
    assert told == (
        'batch.yaml:2:15: output.dir: is the text "~/clips"; it begins with "~", which only a shell reads as a home folder '
        '(it is seen from the manifest\'s folder: write "clips", or an absolute path such as "/srv/clips")'
    )
