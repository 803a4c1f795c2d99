from __future__ import annotations

import pytest

from fakes.promotion_case import picked, picks_of
from sora2batch.gallery.promotion.choose import choose
from sora2batch.ground.errors import UsageError


class TestWhichPicksAreTaken:
    @pytest.mark.parametrize(
        ("entries", "min_rating", "keys", "why"),
        [
            (["key: a, favourite: true", "key: b, rating: 5"], None, ["a"], "the favourites"),
            (["key: a", "key: b, rating: 3"], None, ["a", "b"], "all, for none is marked as a favourite"),
            (
                ["key: a", "key: b, rating: 2", "key: c, note: no, favourite: false", "key: d, rating: 4"],
                None,
                ["a", "d"],
                "those not rated below 3, for none is marked as a favourite",
            ),
            (
                ["key: a, favourite: true", "key: b, rating: 4", "key: c, rating: 3"],
                4,
                ["b"],
                "those rated 4 or more",
            ),
            (["key: a, rating: 5, favourite: true", "key: b, rating: 5"], 5, ["a", "b"], "those rated 5"),
        ],
    )
    def test_the_rating_then_the_favourites_then_all(self, tmp_path, entries, min_rating, keys, why):
        choice = choose(picked(tmp_path, *entries), min_rating=min_rating)
        assert [pick.key for pick in choice.taken] == keys
        assert (choice.count, choice.reason) == (f"{len(keys)} of {len(entries)} picks", why)

    @pytest.mark.parametrize(
        ("entries", "min_rating", "message"),
        [
            (
                ["key: a, rating: 4", "key: b, rating: 2"],
                5,
                "no pick of .* is rated 5; the best is rated 4$",
            ),
            (["key: a, rating: 1"], 3, "no pick of .* is rated 3 or more; the best is rated 1$"),
            (["key: a, favourite: true"], 3, "no pick of .*picks.yaml is rated$"),
            (["key: a, rating: 1", "key: b, favourite: false"], None, "is a favourite or rated 3 or more$"),
        ],
    )
    def test_none_is_an_error_that_says_what_there_is(self, tmp_path, entries, min_rating, message):
        with pytest.raises(UsageError, match=message):
            choose(picked(tmp_path, *entries), min_rating=min_rating)

    def test_a_file_without_picks(self, tmp_path):
        with pytest.raises(UsageError, match="holds no pick"):
            choose(picks_of(tmp_path, "[]"), min_rating=None)
