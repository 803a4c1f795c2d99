from __future__ import annotations

from fakes.building import job_of
from sora2batch.plan.compare import Replacement, compare

FOX, OWL, CAT = job_of("fox"), job_of("owl", credits=2100), job_of("cat", credits=300)


def test_nothing_changed():
    found = compare("main", [FOX, OWL], [FOX, OWL])
    assert (found.added, found.replaced, found.removed, found.renamed) == ((), (), (), ())
    assert (found.changes, found.difference, found.price_of_new) == (0, 0, 0)
    assert (found.price_before, found.price_after) == (2520, 2520)


def test_added_and_removed_jobs_are_told_in_the_order_of_their_manifest():
    found = compare("main", [OWL, FOX, CAT], [FOX, job_of("elk"), job_of("bat")])
    assert [job.key for job in found.added] == ["hero/elk", "hero/bat"]
    assert [job.key for job in found.removed] == ["hero/owl", "hero/cat"]
    assert (found.price_before, found.price_after, found.difference) == (2820, 1260, -1560)
    assert found.price_of_new == 840
    assert found.changes == 4


def test_another_request_under_the_same_key_is_a_replacement_and_is_paid_in_full():
    edited = job_of("fox", prompt="a blue fox")
    found = compare("main", [FOX, OWL], [edited, OWL])
    assert found.replaced == (Replacement(before=FOX, after=edited),)
    assert (found.added, found.removed) == ((), ())
    assert (found.difference, found.price_of_new) == (0, 420)
    assert found.replaced[0].change == 'input.prompt: "a fox" → "a blue fox"'


def test_a_replacement_knows_how_much_dearer_it_is():
    (one,) = compare("main", [FOX], [job_of("fox", credits=2100, mode="pro")]).replaced
    assert (one.difference, one.change) == (1680, 'input.mode: "std" → "pro"')


def test_a_change_of_nothing_but_the_take_is_told():
    after = job_of("fox#2", prompt="a fox")
    (one,) = compare("main", [job_of("fox", take=2)], [after]).replaced
    assert one.change == "take 2 → 1"


def test_a_renamed_job_is_neither_added_nor_removed():
    before = [job_of("fox", group="old"), OWL]
    found = compare("main", before, [FOX, OWL])
    assert found.renamed == (("old/fox", "hero/fox"),)
    assert (found.added, found.removed, found.price_of_new, found.changes) == ((), (), 0, 1)


def test_two_jobs_that_swap_their_keys_are_renamed():
    a, b = job_of("a", prompt="one"), job_of("b", prompt="two")
    found = compare("main", [a, b], [job_of("a", prompt="two"), job_of("b", prompt="one")])
    assert found.renamed == (("hero/b", "hero/a"), ("hero/a", "hero/b"))
    assert found.replaced == ()


def test_a_new_manifest_is_all_new():
    found = compare("main", [], [FOX, CAT])
    assert (found.added, found.difference, found.price_of_new) == ((FOX, CAT), 720, 720)
