from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of
from fakes.lock_entry import completed
from fakes.problem_line import without_rule
from fakes.promotion_case import picked, picks_of, promotion_of
from sora2batch.manifest.manifest_error import ManifestError

FOX = job_of("fox", group="hero")
OWL = job_of("owl", group="hero")


class TestHowAJobIsFound:
    def test_the_fingerprint_wins_over_the_key(self, tmp_path):
        found = picked(tmp_path, f"key: {OWL.key}, fingerprint: '{FOX.fingerprint}'")
        (job,) = promotion_of(found, FOX, OWL).jobs
        assert job.input["prompt"] == "a fox"
        assert job.origins[0].key == "hero/fox"

    def test_the_key_alone_names_a_job_of_the_manifest(self, tmp_path):
        (job,) = promotion_of(picked(tmp_path, "key: hero/owl"), FOX, OWL).jobs
        assert job.input["prompt"] == "a owl"
        assert job.origins[0].task_id is None

    def test_what_is_no_longer_in_the_manifest_is_promoted_from_the_lockfile(self, tmp_path):
        entry = entry_of(OWL, completed("task-7"), key="old/owl")
        (job,) = promotion_of(
            picked(tmp_path, f"fingerprint: '{OWL.fingerprint}'"), FOX, entries=[entry]
        ).jobs
        assert (job.name, job.origins[0].key, job.origins[0].task_id) == ("old-owl", "old/owl", "task-7")
        assert job.input == {"prompt": "a owl", "mode": "std", "duration": 10, "aspect_ratio": "16:9"}

    def test_every_pick_that_is_not_found_is_named_with_its_place(self, tmp_path):
        gone = "sha256:" + "0" * 64
        found = picked(
            tmp_path,
            "key: hero/fxo",
            f"fingerprint: '{gone}'",
            f"key: hero/fox, fingerprint: '{gone[:-1]}1'",
            "key: hero/cat",
            "key: hero/fox",
        )
        with pytest.raises(ManifestError) as caught:
            promotion_of(found, FOX, entries=[entry_of(job_of("cat"), completed())])
        assert [without_rule(problem).partition("picks.yaml:")[2] for problem in caught.value.problems] == [
            '2:5: picks[0]: hero/fxo is neither in the manifest nor in its lockfile (did you mean "hero/fox"?)',
            f"3:5: picks[1]: {gone} is neither in the manifest nor in its lockfile",
            (
                "4:5: picks[2]: hero/fox is neither in the manifest nor in its lockfile (hero/fox is another request now: "
                "without the fingerprint it is promoted as it is)"
            ),
            (
                "5:5: picks[3]: hero/cat is neither in the manifest nor in its lockfile "
                "(the lockfile has an orphan of this key: give its fingerprint)"
            ),
        ]

    def test_a_former_name_means_its_job_unless_another_is_called_so_now(self, tmp_path):
        fox = entry_of(FOX, completed(), key="hero/vixen")
        found = promotion_of(picked(tmp_path, "key: hero/vixen"), FOX, OWL, entries=[fox])
        assert [job.input["prompt"] for job in found.jobs] == ["a fox"]
        fox = entry_of(FOX, completed(), key="hero/owl")
        with pytest.raises(ManifestError) as caught:
            promotion_of(picked(tmp_path, "key: hero/owl"), FOX, OWL, entries=[fox])
        (problem,) = caught.value.problems
        assert problem.sentence == (
            "hero/owl is what one job was called before and another is called now (give the fingerprint)"
        )
        found = promotion_of(
            picked(tmp_path, f"key: hero/owl, fingerprint: '{OWL.fingerprint}'"), FOX, OWL, entries=[fox]
        )
        assert [job.input["prompt"] for job in found.jobs] == ["a owl"]

    def test_a_pick_that_is_not_found_but_not_taken_either_is_no_matter(self, tmp_path):
        assert (
            len(promotion_of(picked(tmp_path, "key: hero/fox, favourite: true", "key: gone"), FOX).jobs) == 1
        )

    def test_whose_picks_these_are_is_said_where_nothing_better_is_known(self, tmp_path):
        found = picks_of(tmp_path, "manifest: autumn.yaml\npicks: [{key: zzz}]\n")
        with pytest.raises(ManifestError, match=r"these picks are of autumn\.yaml"):
            promotion_of(found, FOX)

    def test_one_job_by_key_and_by_fingerprint_is_one_origin(self, tmp_path):
        (job,) = promotion_of(
            picked(tmp_path, "key: hero/fox", f"fingerprint: '{FOX.fingerprint}'"), FOX
        ).jobs
        assert len(job.origins) == 1

    def test_but_not_with_two_opinions(self, tmp_path):
        found = picked(tmp_path, "key: hero/fox, rating: 4", f"fingerprint: '{FOX.fingerprint}', rating: 3")
        with pytest.raises(ManifestError, match=r"picks\[1\]: is the same job as picks\[0\]"):
            promotion_of(found, FOX)
