from __future__ import annotations

import json

import pytest

from fakes.building import entry_of, job_of
from fakes.lock_entry import completed, in_doubt, rejected
from fakes.promotion_case import KLING, picked, picks_of, promotion_of, without_mode
from sora2batch.catalog.catalog import load_catalog
from sora2batch.gallery.promotion.promoted_request import PromotionError
from sora2batch.ground.schema import schema_dir

FOX = job_of("fox", group="hero")
OWL = job_of("owl", group="hero")
FOX_2 = job_of("fox", group="hero", take=2)


class TestWhatCannotBePromoted:
    def test_an_orphan_whose_tool_or_input_is_no_longer_what_it_was(self, tmp_path):
        old = job_of("old", tool_type="sora1-api")
        odd = job_of("odd", colour="red")
        found = picked(tmp_path, f"fingerprint: '{old.fingerprint}'", f"fingerprint: '{odd.fingerprint}'")
        with pytest.raises(PromotionError) as caught:
            promotion_of(found, entries=[entry_of(old, completed("a")), entry_of(odd, completed("b"))])
        first, second = caught.value.message.split("\n")
        assert first.startswith('hero/old: there is no tool "sora1-api"; there are "gpt-image-2-api", ')
        assert second.startswith("hero/odd: colour is no input of sora2-text-to-video-api")

    def test_a_price_that_is_not_known(self, tmp_path):
        tool = json.loads((schema_dir() / "tools" / f"{KLING}.json").read_text())
        (tmp_path / "dear.json").write_text(json.dumps(tool | {"price": {"rule": "unknown", "text": "ask"}}))
        job = without_mode(tool_type="dear")
        with pytest.raises(PromotionError, match="hero/fox: the price of dear is not known"):
            promotion_of(picked(tmp_path, "key: hero/fox"), job, catalog=load_catalog([tmp_path]))

    def test_many_reasons_are_cut_short(self, tmp_path):
        jobs = [job_of(f"n{number}", colour="red") for number in range(25)]
        with pytest.raises(PromotionError) as caught:
            promotion_of(picked(tmp_path, *(f"key: {job.key}" for job in jobs)), *jobs)
        lines = caught.value.message.split("\n")
        assert (len(lines), lines[-1]) == (21, "and 5 more")


class TestWhatIsMade:
    def test_takes_of_one_cell_become_one_job_of_two_origins(self, tmp_path):
        found = promotion_of(
            picked(tmp_path, "key: hero/fox", "key: 'hero/fox#2'", "key: hero/owl"), FOX, FOX_2, OWL
        )
        assert [(job.name, [one.key for one in job.origins]) for job in found.jobs] == [
            ("hero-fox", ["hero/fox", "hero/fox#2"]),
            ("hero-owl", ["hero/owl"]),
        ]
        assert (found.credits, found.arithmetic) == (840, "2 jobs: 2 x 420")

    def test_std_and_pro_of_one_cell_both_set_to_pro_become_one_job(self, tmp_path):
        jobs = [job_of("std"), job_of("pro", prompt="a std", mode="pro")]
        found = promotion_of(picked(tmp_path, "key: hero/std", "key: hero/pro"), *jobs, settings=["mode=pro"])
        assert [job.name for job in found.jobs] == ["hero-pro"]
        assert found.credits == 2100

    def test_the_price_shows_its_sum(self, tmp_path):
        jobs = [job_of("fox"), job_of("owl", mode="pro"), job_of("cat")]
        found = promotion_of(picked(tmp_path, "key: hero/fox", "key: hero/owl", "key: hero/cat"), *jobs)
        assert found.arithmetic == "3 jobs: 1 x 2,100 + 2 x 420"
        assert promotion_of(picked(tmp_path, "key: hero/fox"), FOX).arithmetic == "1 job: 1 x 420"

    @pytest.mark.parametrize(
        ("attempts", "is_paid"),
        [([completed()], True), ([in_doubt()], True), ([rejected()], False), ([], False)],
    )
    def test_what_was_paid_before_is_known_whichever_take_it_was(self, tmp_path, attempts, is_paid):
        for job in (FOX, FOX_2):
            whole = job.input | {"duration": 10, "aspect_ratio": "16:9"}
            paid = job_of("fox", take=job.take, **whole)
            entries = [entry_of(paid, *attempts)] if attempts else []
            found = promotion_of(picked(tmp_path, f"key: '{paid.key}'"), paid, entries=entries)
            assert found.jobs[0].is_paid is is_paid
            changed = promotion_of(
                picked(tmp_path, f"key: '{paid.key}'"), paid, entries=entries, settings=["mode=pro"]
            )
            assert not changed.jobs[0].is_paid


def test_names_are_unique(tmp_path):
    jobs = [job_of(name) for name in ("狐", "猫", "Fox", "fox", "fox-2")]
    found = promotion_of(picks_of(tmp_path, json.dumps([{"key": job.key} for job in jobs])), *jobs)
    assert [job.name for job in found.jobs] == ["hero-狐", "hero-猫", "hero-Fox", "hero-fox-3", "hero-fox-2"]
