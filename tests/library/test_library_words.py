"""A script is spoken to in its own words: arguments, not the options of a command line."""

import re
import traceback

import pytest

import sora2batch

OPTION = re.compile(r"(?<![\w-])--?[a-z]")


def words_of(error: sora2batch.Sora2BatchError) -> str:
    told = f"{error.message}; {error.hint}"
    assert not OPTION.search(told), told
    return told


async def refused(studio, **options) -> str:
    with pytest.raises(sora2batch.Sora2BatchError) as caught:
        await sora2batch.run(studio.load(), **options)
    return words_of(caught.value)


async def test_what_a_run_is_refused_for(studio, monkeypatch):
    assert "say yes=True if that is what you want" in await refused(studio)
    assert "force=True goes with retry_failed=True" in await refused(studio, yes=True, force=True)
    monkeypatch.delenv("SJINN_API_KEY")
    assert "(simulate=True needs none)" in await refused(studio, yes=True)


async def test_what_a_budget_leaves_room_for(studio):
    for most, way in ((250, "limit=2 for 200 credits"), (0, "submit nothing")):
        with pytest.raises(sora2batch.BudgetError) as caught:
            await sora2batch.run(studio.load(max_credits=most), yes=True)
        told = words_of(caught.value)
        assert "set budget.max_credits (or max_credits=) to 600" in told
        assert way in told


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        ({"select": "hero/gnu"}, "select='hero/gnu': no job has such a key; every key of this group"),
        ({"where": "animal"}, "where='animal': write it as axis=value, such as where='camera=slow-pan'"),
        ({"where": "animal=gnu"}, "where='animal=gnu': no job has this value"),
        ({"where": "plant=elm"}, "where='plant=elm': there is no axis"),
        (
            {"where": "animal=ant", "select": "hero/bee"},
            "no job fits all of select='hero/bee', where='animal=ant'; `expand` lists",
        ),
    ],
)
def test_what_fits_no_job(studio, selection, told):
    with pytest.raises(sora2batch.UsageError) as caught:
        sora2batch.plan(studio.load(), **selection)
    assert told in words_of(caught.value)


async def test_a_traceback_ends_with_what_to_do(studio):
    with pytest.raises(sora2batch.UsageError) as caught:
        sora2batch.plan(studio.load(), select="heroo/*")
    assert caught.value.hint
    assert traceback.format_exception(caught.value)[-1] == f"hint: {caught.value.hint}\n"
    with pytest.raises(sora2batch.BudgetError) as caught:
        await sora2batch.run(studio.load(max_credits=1), yes=True)
    assert traceback.format_exception(caught.value)[-1] == f"hint: {caught.value.hint}\n"


async def test_why_a_job_is_left_alone(studio):
    studio.service.fail_generations()
    await sora2batch.run(studio.load(), yes=True, limit=1)
    plan = sora2batch.plan(studio.load(), limit=1)
    assert plan.jobs[0].reason.endswith("; retry_failed=True submits it again for 100 credits")
    assert plan.notices == ("limit=1: 4 more jobs wait",)
    assert not any(OPTION.search(one.reason) for one in plan.jobs)


async def test_what_is_logged(studio, caplog):
    caplog.set_level("DEBUG", logger="sora2batch")
    text = studio.manifest.read_text().replace("A {{ animal }}.", "A {{ animal }}  there.")
    studio.manifest.write_text(text)
    assert (await sora2batch.run(studio.load(), yes=True)).ok
    assert [told for told in caplog.messages if OPTION.search(told)] == []


def test_the_command_line_is_spoken_to_in_its_words_all_the_same(studio):
    with pytest.raises(sora2batch.UsageError):
        sora2batch.plan(studio.load(), select="none")
    from sora2batch.plan.selection import parse_where

    with pytest.raises(sora2batch.UsageError, match="--where animal: write it as"):
        parse_where("animal")
