"""A picks file that a page and people write at the same time."""

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.picks.picks import Pick
from sora2batch.picks.picks_file import PicksFile

FOX, OWL = (f"sha256:{name.encode().hex():0>64}" for name in ("fox", "owl"))
LOVED = Pick(key="hero/fox", fingerprint=FOX, favourite=True, rating=5, note='the "light"\nagain')


@pytest.fixture
def file(tmp_path):
    return PicksFile(path=tmp_path / "show.picks.yaml", manifest="show.yaml")


def test_a_file_is_begun_as_a_person_would_write_it(file):
    assert file.read().picks == ()
    file.save([LOVED])
    assert file.path.read_text() == (
        "# What was marked in the gallery. `sora2batch promote` makes the next manifest of it.\n"
        "version: 1\n"
        "manifest: show.yaml\n"
        "picks:\n"
        "  - key: hero/fox\n"
        f"    fingerprint: {FOX}\n"
        "    favourite: true\n"
        "    rating: 5\n"
        "    note: |-\n"
        '      the "light"\n'
        "      again\n"
    )


def test_what_others_say_stands_and_a_pick_by_key_becomes_the_one_by_fingerprint(file):
    file.path.write_text(
        "# ours: do not touch\n\n- {key: elsewhere/hare, favorite: false, rating: 2}\n- {key: hero/fox, rating: 1}\n"
    )
    file.save([Pick(fingerprint=OWL, rating=3), LOVED])
    hare = Pick(key="elsewhere/hare", favourite=False, rating=2)
    assert file.read().picks == (hare, LOVED, Pick(fingerprint=OWL, rating=3))
    assert file.path.read_text().startswith("# ours: do not touch\n\nversion: 1\n")


def test_a_mark_that_is_taken_back_goes_and_an_empty_list_is_left(file):
    file.save([LOVED])
    file.save([Pick(key="hero/fox", fingerprint=FOX, favourite=False)])
    assert file.path.read_text().endswith("picks: []\n")


def test_nothing_new_writes_nothing(file):
    file.save([Pick(fingerprint=FOX, favourite=False)])
    assert not file.path.exists()
    file.save([LOVED])
    before = file.path.stat()
    file.save([LOVED])
    assert file.path.stat().st_mtime_ns == before.st_mtime_ns
    assert file.path.stat().st_ino == before.st_ino


@pytest.mark.parametrize("text", ["jobs: {}\n", "<<<<<<< ours\n", "picks: [{key: a, rating: 9}]\n"])
def test_what_is_no_picks_file_stays_as_it_is(file, text):
    file.path.write_text(text)
    with pytest.raises(ManifestError):
        file.save([LOVED])
    assert file.path.read_text() == text


def test_a_link_that_leads_out_of_the_folder_is_not_followed(file, tmp_path):
    folder = tmp_path / "campaign"
    folder.mkdir()
    (tmp_path / "theirs.yaml").write_text("picks: []\n")
    (folder / "show.picks.yaml").symlink_to(tmp_path / "theirs.yaml")
    with pytest.raises(UsageError, match="leads out of its folder"):
        PicksFile(path=folder / "show.picks.yaml", manifest="show.yaml").save([LOVED])
    assert (tmp_path / "theirs.yaml").read_text() == "picks: []\n"
