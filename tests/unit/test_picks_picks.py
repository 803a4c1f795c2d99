import json

import jsonschema
import pytest

from fakes.problem_line import without_rule
from fakes.promotion_case import picks_of
from sora2batch.ground.errors import UsageError
from sora2batch.ground.schema import load_schema
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.picks.picks import Pick, read_picks

DIGEST = "sha256:" + "0123456789abcdef" * 4
EXPORTED = f"""\
# Picks of spring.yaml. `sora2batch promote spring.yaml --picks picks.yaml -o next.yaml` makes the next manifest.
version: 1
manifest: spring.yaml
picks:
  - key: "hero/fox/slow-pan/std"
    fingerprint: "{DIGEST}"
    favourite: true
    rating: 5
    note: "love the \\"light\\"\\n\\ud83e\\udd8a"
  - key: "hero/owl"
    rating: 1
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        return picks_of(tmp_path, text)

    return read


def problems(read, text):
    with pytest.raises(ManifestError) as caught:
        read(text)
    return [without_rule(problem).partition("picks.yaml:")[2] for problem in caught.value.problems]


def test_a_file_as_the_page_writes_it(read):
    text = EXPORTED.replace("\\ud83e\\udd8a", "🦊")
    picks = read(text)
    assert picks.manifest == "spring.yaml"
    assert picks.picks == (
        Pick(
            key="hero/fox/slow-pan/std",
            fingerprint=DIGEST,
            favourite=True,
            rating=5,
            note='love the "light"\n🦊',
        ),
        Pick(key="hero/owl", rating=1),
    )


def test_json_is_picks_too_with_escapes_as_json_writes_them(read):
    text = json.dumps({"version": 1, "picks": [{"key": "a", "note": "🦊"}]})
    assert read(text).picks == (Pick(key="a", note="🦊"),)


def test_a_bare_list_with_as_little_as_possible(read):
    picks = read(
        f"- key: a\n- fingerprint: {DIGEST}\n- {{key: b, favorite: true, rating: null, note: null}}\n- {{key: c, note: ''}}\n"
    )
    assert picks.manifest is None
    assert picks.picks == (
        Pick(key="a"),
        Pick(fingerprint=DIGEST),
        Pick(key="b", favourite=True),
        Pick(key="c"),
    )


@pytest.mark.parametrize("text", ["[]", "picks: []", "{picks: []}"])
def test_no_picks_at_all_are_picks(read, text):
    assert read(text).picks == ()


def test_the_same_pick_twice_is_one(read):
    assert read("- {key: a, favorite: true}\n- {key: a, favourite: true, rating: null}\n").picks == (
        Pick(key="a", favourite=True),
    )


def test_one_key_with_two_fingerprints_is_two_jobs(read):
    other = DIGEST.replace("0", "f")
    text = f"- {{key: a, fingerprint: '{DIGEST}', rating: 1}}\n- {{key: a, fingerprint: '{other}'}}\n- {{key: a, rating: 2}}\n"
    assert [pick.rating for pick in read(text).picks] == [1, None, 2]


def test_every_problem_at_once_with_its_place(read):
    text = """\
version: 2
manifst: spring.yaml
picks:
  - key: a
    rating: 7
  - favourite: yes
    fingerprint: sha256:12
  - key: a
    ratng: 3
  - {favourite: true, favorite: true, note: 3}
  - key: b
    rating: 3
  - key: b
    favourite: true
  - 17
  - {key: "", rating: 2.5}
  - {key: null, rating: "5"}
"""
    assert problems(read, text) == [
        "1:10: version: is the number 2, must be 1",
        '2:1: manifst: unknown key; allowed here: "version", "manifest", "picks" (did you mean "manifest"?)',
        "5:13: picks[0].rating: is 7, must be a whole number from 1 to 5",
        '6:16: picks[1].favourite: is the text "yes", must be true or false',
        '7:18: picks[1].fingerprint: is the text "sha256:12", must be "sha256:" and 64 hex digits',
        (
            '9:5: picks[2].ratng: unknown key; allowed here: "key", "fingerprint", "favourite", "favorite", "rating", '
            '"note" (did you mean "rating"?)'
        ),
        "10:5: picks[3]: names no job (give its fingerprint or its key)",
        '10:23: picks[3].favorite: says the same as "favourite" (keep one of the two)',
        '10:45: picks[3].note: is the number 3, must be a text (put it in quotes: "3")',
        "13:5: picks[5]: is the same job as picks[4], but says something else of it (keep one of the two)",
        "15:5: picks[6]: is the number 17, must be a mapping",
        "16:11: picks[7].key: is an empty text (give it a value, or remove the key)",
        "16:23: picks[7].rating: is the number 2.5, must be a whole number from 1 to 5",
        "17:11: picks[8].key: is empty (null), must be a text (give it a value, or remove the key)",
        '17:25: picks[8].rating: is the text "5", must be a whole number from 1 to 5 (write 5, without quotes or separators)',
    ]


def test_the_places_in_a_bare_list(read):
    assert problems(read, "- {key: a, rating: 0}\n- {rating: 1}\n") == [
        "1:20: [0].rating: is 0, must be a whole number from 1 to 5",
        "2:3: [1]: names no job (give its fingerprint or its key)",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty"),
        (
            "hero",
            '1:1: picks must be a list, or a mapping with one; this is the text "hero" (it begins with version: 1)',
        ),
        ("version: 1", "1:1: picks: is missing"),
        ("picks: {key: a}", "1:8: picks: is a mapping, must be a list"),
        ("- key: a\n  key: b\n", "2:3: [0].key: the key is already written in line 1"),
        ("- [", "2:1: the file ends here, but something is still open"),
    ],
)
def test_what_is_no_picks_file(read, text, problem):
    assert problems(read, text)[0].startswith(problem)


def test_a_file_that_is_not_there_or_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match=r"there is no picks file .*none\.yaml"):
        read_picks(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="cannot be read: it is a folder"):
        read_picks(tmp_path)


def test_the_schema_takes_what_is_read_and_its_own_examples(read):
    schema = load_schema("picks.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    validator.validate(read(EXPORTED.replace("\\ud83e\\udd8a", "")).document.data)
    for part in schema["definitions"].values():
        for example in part["examples"]:
            root = {**part, "definitions": schema["definitions"]}
            jsonschema.Draft7Validator(root).validate(example)
    assert not validator.is_valid([{"note": "names no job"}])
