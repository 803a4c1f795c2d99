from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, lockfile_of
from fakes.ledger_api import at, charge, stamp
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.lockfile.content import Lockfile
from sora2batch.reconcile.charge import audit, earliest_task

CATALOG = load_catalog()
FOX = entry_of(job_of("fox"), completed("a", submitted_at=stamp(0)))


def differences(found):
    return [(one.entry.key, one.attempt.task_id, one.price, one.charged) for one in found.differences]


def test_a_charge_that_is_the_price_is_no_difference():
    found = audit(lockfile_of(FOX), [charge("a"), charge("of somebody else", cost=7)], CATALOG)
    assert (found.checked, found.unlisted, found.differences) == (1, (), ())


@pytest.mark.parametrize("cost", [421, 419, 0])
def test_any_other_charge_is_a_difference(cost):
    found = audit(lockfile_of(FOX), [charge("a", cost=cost)], CATALOG)
    assert differences(found) == [("hero/fox", "a", 420, cost)]


def test_a_dearer_charge_that_the_lockfile_has_taken_note_of_differs_from_the_price_all_the_same():
    noted = entry_of(job_of("fox"), submitted("a", credits=500))
    assert differences(audit(lockfile_of(noted), [charge("a", cost=500)], CATALOG)) == [
        ("hero/fox", "a", 420, 500)
    ]


@pytest.mark.parametrize("catalog", [None, Catalog(tools={})])
def test_a_tool_that_has_no_price_is_held_against_the_lockfile(catalog):
    noted = entry_of(job_of("fox"), submitted("a", credits=500))
    assert audit(lockfile_of(noted), [charge("a", cost=500)], catalog).differences == ()
    assert differences(audit(lockfile_of(noted), [charge("a")], catalog)) == [("hero/fox", "a", 500, 420)]


def test_an_input_that_the_catalogue_cannot_price_is_held_against_the_lockfile():
    odd = entry_of(job_of("fox", mode="ultra"), submitted("a"))
    assert audit(lockfile_of(odd), [charge("a")], CATALOG).differences == ()


def test_the_charges_of_a_task_are_added_up_and_what_was_given_back_is_told_beside_them():
    found = audit(lockfile_of(FOX), [charge("a", 60, cost=-100), charge("a", 1), charge("a", 2)], CATALOG)
    assert differences(found) == [("hero/fox", "a", 420, 840)]
    assert found.differences[0].returned == 100
    assert found.checked == 1


def test_a_task_that_the_ledger_does_not_know_is_unlisted_and_no_difference():
    found = audit(lockfile_of(FOX), [], CATALOG)
    assert found.checked == 0
    assert found.unlisted == ((FOX, FOX.primary),)
    assert found.differences == ()


def test_every_task_is_looked_up_and_nothing_else_in_the_order_of_keys():
    elk = entry_of(job_of("elk"), submitted("e1"), failed("e2"), in_doubt(number=3))
    others = [entry_of(job_of(name), one) for name, one in [("cat", rejected()), ("dog", in_doubt())]]
    found = audit(lockfile_of(FOX, *others, elk), [charge(task, cost=1) for task in ("a", "e2", "e1")])
    assert [task for _, task, *_ in differences(found)] == ["e1", "e2", "a"]
    assert found.checked == 3


def test_the_ledger_is_needed_from_the_first_task_on():
    elk = entry_of(
        job_of("elk"), submitted("b", submitted_at=stamp(-50)), failed("c", submitted_at=stamp(-90))
    )
    doubt = entry_of(job_of("owl"), in_doubt(submitted_at=stamp(-5000)))
    assert earliest_task(lockfile_of(FOX, elk, doubt)) == at(-90)


@pytest.mark.parametrize("moment", [None, "yesterday"])
def test_tasks_without_a_readable_time_ask_for_nothing(moment):
    assert earliest_task(lockfile_of(entry_of(job_of(), completed("a", submitted_at=moment)))) is None
    assert earliest_task(Lockfile(manifest="")) is None
