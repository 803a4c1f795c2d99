import json
from pathlib import Path

import pytest

from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError

EXAMPLES = Path(__file__).parent.parent / "examples" / "manifest"
VALID = sorted(path.name for path in (EXAMPLES / "valid").glob("*.yaml"))
INVALID = sorted(path.name for path in (EXAMPLES / "invalid").glob("*.yaml"))


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_says_what_its_json_says(name, monkeypatch):
    monkeypatch.chdir(EXAMPLES / "valid")
    manifest = load_manifest(Path(name))
    expected = json.loads(Path(name).with_suffix(".expected").read_text(encoding="utf-8"))
    assert json.dumps(manifest.document.data, sort_keys=True) == json.dumps(expected, sort_keys=True)


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_example_has_exactly_these_problems(name, monkeypatch):
    monkeypatch.chdir(EXAMPLES / "invalid")
    with pytest.raises(ManifestError) as caught:
        load_manifest(Path(name))
    told = "".join(f"{problem}\n" for problem in caught.value.problems)
    assert told == Path(name).with_suffix(".expected").read_text(encoding="utf-8")


def test_every_expectation_belongs_to_an_example():
    for kind, names in (("valid", VALID), ("invalid", INVALID)):
        expected = {path.stem for path in (EXAMPLES / kind).glob("*.expected")}
        assert expected == {Path(name).stem for name in names}
        assert names
