from __future__ import annotations

import pytest

from fakes.building import job_of
from fakes.promotion_case import picks_of, promotion_of, text_of
from sora2batch.catalog.catalog import load_catalog
from sora2batch.gallery.promotion.proof import WrongTextError, prove

FOX = job_of("fox", group="hero")


def test_a_text_that_asks_for_something_else_is_never_written(tmp_path):
    picks = picks_of(tmp_path, "- key: hero/fox\n")
    promotion = promotion_of(picks, FOX)
    text = text_of(picks, promotion)
    path = tmp_path / "next.yaml"
    prove(text, promotion, path, load_catalog())
    for wrong in ("mode: pro", "mode: PRO", "[", "mode: std\n      image: {from: a.csv}"):
        with pytest.raises(WrongTextError):
            prove(text.replace("mode: std", wrong), promotion, path, load_catalog())
    with pytest.raises(WrongTextError, match="would not ask for what was promoted"):
        prove(text.replace("max_credits: 420", "max_credits: 421"), promotion, path, load_catalog())
    wrong = text.replace("    input:", "    matrix: {x: {from: data.csv}}\n    input:")
    with pytest.raises(WrongTextError, match=r"data\.csv"):
        prove(wrong, promotion, path, load_catalog())
