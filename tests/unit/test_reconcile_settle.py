from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.building import TOOL, entry_of, job_of, lockfile_of
from fakes.ledger_api import (
    CONTROL_ENTRY,
    CONTROL_ROW,
    OTHER_TOOL,
    FakeLedgerApi,
    at,
    charge,
    doubt_of_call,
    ledger_task,
    stamp,
)
from fakes.lock_entry import completed, failed, in_doubt, rejected, submitted
from fakes.recorder import MemoryRecorder
from fakes.still_clock import StillClock
from sora2batch.ground.errors import UsageError
from sora2batch.lockfile.entry import ErrorNote, State
from sora2batch.lockfile.file import write_lockfile
from sora2batch.lockfile.journal import encode_journal_header, journal_path
from sora2batch.lockfile.line import encode_journal_line
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.state import read_state
from sora2batch.reconcile.doubt import WIDE_MARGIN, find_doubts
from sora2batch.reconcile.finding import Ambiguous, Inconclusive, NotCharged, TooEarly
from sora2batch.reconcile.judge import unique_fits
from sora2batch.reconcile.ledger_check import ReconcileContext, check_doubts
from sora2batch.reconcile.settle import adopt, adopt_by_word, doubt_of, release, release_not_charged
from sora2batch.sjinn.answer import Failed, Finished, KeyRefused, Refusal, Unreadable, Working
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError, LedgerError
from sora2batch.sjinn.timeouts import DEFAULT_TIMEOUTS

HOUR = 3600
FOX = job_of("fox")


def context_of(*rows, seconds=HOUR, ledger_api=None, **more):
    """The ledger; it shows a task of ours of that time as well."""
    clock = StillClock(at(seconds))
    ledger_api = {"rows": (*rows, CONTROL_ROW), **(ledger_api or {})}
    return ReconcileContext(ledger_api=FakeLedgerApi(clock=clock, **ledger_api), clock=clock, **more)


def lockfile_with(*entries):
    """A lockfile that knows a task of ours besides."""
    return lockfile_of(*entries, CONTROL_ENTRY)


def recorder_of(*entries):
    recorder = MemoryRecorder(seconds=0)
    recorder.put(*entries)
    return recorder


def only_doubt(recorder):
    (doubt,) = find_doubts(recorder.lockfile)
    return doubt


class TestInquire:
    async def test_the_ledger_is_asked_once_for_all_tools_since_well_before_the_earliest_doubt(self):
        doubts = [
            doubt_of_call("ape", 500),
            doubt_of_call("bee", 100),
            doubt_of_call("cat", 300, tool_type=OTHER_TOOL),
        ]
        context = context_of()
        await check_doubts(lockfile_of(*(doubt.entry for doubt in doubts)), context)
        assert context.ledger_api.asked == [at(100) - WIDE_MARGIN]

    async def test_nothing_in_doubt_asks_nothing(self):
        context = context_of()
        assert await check_doubts(lockfile_with(), context) == ()
        assert context.ledger_api.asked == []

    @pytest.mark.parametrize(("days", "reaches_back"), [(2, True), (40, False)])
    async def test_it_is_read_back_to_the_last_task_of_ours_that_may_serve_as_a_control(
        self, days, reaches_back
    ):
        before = -days * 24 * HOUR
        known = entry_of(job_of("owl"), completed("owls", submitted_at=stamp(before)))
        doubt = doubt_of_call(account="f" * 16)
        ledger_api = {"identity": "f" * 16, "rows": [charge("owls", before + 1)]}
        context = context_of(ledger_api=ledger_api)
        (finding,) = await check_doubts(lockfile_of(doubt.entry, known), context)
        assert context.ledger_api.asked == [(at(before) if reaches_back else at(0)) - WIDE_MARGIN]
        assert isinstance(finding, NotCharged if reaches_back else Inconclusive)

    async def test_findings_come_in_the_lockfiles_order_whatever_their_tools(self):
        tools = {"cat": TOOL, "bee": OTHER_TOOL, "ape": TOOL}
        entries = [doubt_of_call(name, tool_type=tool).entry for name, tool in tools.items()]
        findings = await check_doubts(lockfile_of(*entries), context_of())
        assert [finding.doubt.entry.key for finding in findings] == ["hero/ape", "hero/bee", "hero/cat"]

    async def test_tasks_of_this_lockfile_and_of_others_explain_their_charges(self):
        lockfile = lockfile_of(
            doubt_of_call().entry, entry_of(job_of("owl"), completed("owls", submitted_at=stamp(0)))
        )
        rows = [charge("owls"), charge("of another batch")]
        other = lockfile_of(entry_of(job_of("ape"), completed("of another batch")))
        context = context_of(ledger_api={"rows": rows}, beside=[other])
        assert isinstance((await check_doubts(lockfile, context))[0], NotCharged)
        assert isinstance((await check_doubts(lockfile, context_of(ledger_api={"rows": rows})))[0], Ambiguous)

    async def test_doubts_of_other_lockfiles_forbid_a_match_without_a_person(self):
        elsewhere = doubt_of_call("owl")
        beside = [lockfile_of(elsewhere.entry)]
        findings = await check_doubts(
            lockfile_with(doubt_of_call().entry), context_of(charge("t"), beside=beside)
        )
        assert findings[0].rivals == (elsewhere,)
        assert unique_fits(findings) == ()

    async def test_a_call_whose_client_died_may_show_for_ten_minutes_after_its_intent(self):
        lockfile = lockfile_with(doubt_of_call().entry)
        assert isinstance((await check_doubts(lockfile, context_of(seconds=599)))[0], TooEarly)
        assert isinstance((await check_doubts(lockfile, context_of(seconds=600)))[0], NotCharged)

    async def test_a_call_may_show_for_ten_minutes_after_it_was_given_up(self):
        late = stamp(DEFAULT_TIMEOUTS.create_seconds)
        doubt = doubt_of_call(finished_at=late, error=ErrorNote(message="no answer in time"))
        lockfile = lockfile_with(doubt.entry)
        assert isinstance((await check_doubts(lockfile, context_of(seconds=719)))[0], TooEarly)
        assert isinstance((await check_doubts(lockfile, context_of(seconds=720)))[0], NotCharged)

    async def test_a_ledger_without_our_own_tasks_proves_nothing(self):
        doubt = doubt_of_call("fox", 0)
        known = entry_of(job_of("owl"), submitted("mine", submitted_at=stamp(10)))
        lockfile = lockfile_with(doubt.entry, known)
        (finding,) = await check_doubts(lockfile, context_of())
        assert finding == Inconclusive(
            doubt=doubt, reason="the ledger lacks our task mine too; is it another account's?"
        )
        (finding,) = await check_doubts(lockfile, context_of(charge("mine", 11)))
        assert finding == NotCharged(doubt=doubt)

    async def test_a_known_task_is_no_candidate_however_the_ledger_spells_its_id(self):
        name = "550e8400-e29b-41d4-a716-446655440000"
        doubt = doubt_of_call("fox", 0)
        known = entry_of(job_of("owl"), submitted(name, submitted_at=stamp(0)))
        for row in (charge(name, 1), charge(name.upper(), 1)):
            (finding,) = await check_doubts(lockfile_with(doubt.entry, known), context_of(row))
            assert finding == NotCharged(doubt=doubt)

    async def test_a_task_of_another_account_is_not_missed(self):
        doubt = doubt_of_call(account="a" * 16)
        known = entry_of(job_of("owl"), submitted("theirs", submitted_at=stamp(10), account="b" * 16))
        (finding,) = await check_doubts(
            lockfile_with(doubt.entry, known), context_of(ledger_api={"identity": "a" * 16})
        )
        assert finding == NotCharged(doubt=doubt)

    async def test_a_task_too_young_to_be_listed_is_not_missed(self):
        doubt = doubt_of_call("fox", 0)
        young = entry_of(job_of("owl"), submitted("mine", submitted_at=stamp(3590)))
        (finding,) = await check_doubts(lockfile_with(doubt.entry, young), context_of(seconds=3600))
        assert finding == NotCharged(doubt=doubt)

    async def test_time_that_reading_takes_proves_nothing(self):
        lockfile = lockfile_with(doubt_of_call().entry)
        slow = context_of(seconds=50, ledger_api={"read_seconds": 6000})
        assert isinstance((await check_doubts(lockfile, slow))[0], TooEarly)

    async def test_an_account_that_does_not_tell_who_it_is_takes_nothing_away(self):
        class Nameless(FakeLedgerApi):
            async def account(self):
                raise ApiError("query_account_status failed")

        clock = StillClock(at(HOUR))
        doubt = doubt_of_call(account="a" * 16)
        ours = entry_of(job_of("owl"), submitted("mine", submitted_at=stamp(0), account="a" * 16))
        context = ReconcileContext(ledger_api=Nameless(clock=clock, rows=[charge("mine")]), clock=clock)
        assert await check_doubts(lockfile_of(doubt.entry, ours), context) == (NotCharged(doubt=doubt),)

    async def test_a_ledger_that_cannot_be_read_concludes_nothing(self):
        context = context_of(ledger_api={"error": LedgerError("it broke off")})
        with pytest.raises(LedgerError, match="it broke off"):
            await check_doubts(lockfile_with(doubt_of_call().entry), context)


class TestRelease:
    async def test_what_the_ledger_proves_is_taken_back_and_nothing_else(self):
        free, early, open_ = (
            doubt_of_call("ape", 0, tool_type=OTHER_TOOL),
            doubt_of_call("bee", 3580, tool_type=OTHER_TOOL),
            doubt_of_call("cat", 0),
        )
        recorder = recorder_of(free.entry, early.entry, open_.entry, CONTROL_ENTRY)
        findings = await check_doubts(recorder.lockfile, context_of(charge("t")))
        assert await release_not_charged(findings, recorder) == (free,)
        assert find_doubts(recorder.lockfile) == (early, open_)

    async def test_a_first_call_that_is_taken_back_leaves_nothing(self):
        recorder = recorder_of(entry_of(FOX, in_doubt(error=ErrorNote(message="reset"))))
        await release(only_doubt(recorder), recorder)
        assert recorder.lockfile.entries == {}
        assert recorder.lockfile.spent == 0

    @pytest.mark.parametrize("before", [failed(), rejected()])
    async def test_a_retry_that_is_taken_back_leaves_what_came_before_it(self, before):
        recorder = recorder_of(entry_of(FOX, before), entry_of(FOX, in_doubt(number=2)))
        assert recorder.lockfile.get(FOX.fingerprint).state is State.IN_DOUBT
        await release(only_doubt(recorder), recorder)
        entry = recorder.lockfile.get(FOX.fingerprint)
        assert entry.primary == before
        assert find_doubts(recorder.lockfile) == ()
        assert entry.spent == before.credits

    async def test_a_doubt_beside_a_task_is_taken_back_without_it(self):
        recorder = recorder_of(entry_of(FOX, submitted("a")), entry_of(FOX, in_doubt(number=2)))
        await release(only_doubt(recorder), recorder)
        assert recorder.lockfile.get(FOX.fingerprint).primary == submitted("a")
        assert recorder.lockfile.in_doubt_credits == 0


class TestTrials:
    """Trials are known to the journal only; a call that is taken back must stay so wherever it was read."""

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "campaign.lock.jsonl"

    def open_store(self, path):
        return LockfileStore.open(path, manifest="campaign.yaml", clock=StillClock())

    async def settled(self, path, store):
        """Take the doubt back; tell what a crash right then, and an orderly end, leave."""
        async with store:
            (doubt,) = find_doubts(store.lockfile)
            await release(doubt, store)
            assert find_doubts(store.lockfile) == ()
            crashed = read_state(path, manifest="campaign.yaml")
        return crashed, read_state(path, manifest="campaign.yaml")

    @pytest.mark.parametrize("trial", [1, 3])
    async def test_after_a_crash_with_an_intent_in_the_journal(self, path, trial):
        header = encode_journal_header("campaign.yaml", started_at=stamp(0))
        line = encode_journal_line(entry_of(FOX, in_doubt(trial=trial)))
        journal_path(path).write_bytes(header + line)
        crashed, ended = await self.settled(path, self.open_store(path))
        assert crashed.entries == ended.entries == {}

    async def test_with_a_lockfile_that_does_not_know_the_trial_any_more(self, path):
        write_lockfile(path, lockfile_of(entry_of(FOX, in_doubt(trial=3))))
        crashed, ended = await self.settled(path, self.open_store(path))
        assert crashed.entries == ended.entries == {}

    async def test_with_a_journal_that_knows_the_trial_and_a_lockfile_that_does_not(self, path):
        write_lockfile(path, lockfile_of(entry_of(FOX, in_doubt(trial=3))))
        header = encode_journal_header("campaign.yaml", started_at=stamp(0))
        journal_path(path).write_bytes(header + encode_journal_line(entry_of(FOX, in_doubt(trial=3))))
        crashed, ended = await self.settled(path, self.open_store(path))
        assert crashed.entries == ended.entries == {}

    async def test_in_the_very_run_that_wrote_a_checkpoint_in_between(self, path):
        async with self.open_store(path) as store:
            await store.record(entry_of(FOX, in_doubt(trial=3)))
            await store.checkpoint()
            (doubt,) = find_doubts(store.lockfile)
            await release(doubt, store)
            assert read_state(path, manifest="campaign.yaml").entries == {}

    async def test_and_the_job_can_be_submitted_again_at_once(self, path):
        write_lockfile(path, lockfile_of(entry_of(FOX, failed(), in_doubt(number=2, trial=3))))
        async with self.open_store(path) as store:
            (doubt,) = find_doubts(store.lockfile)
            await release(doubt, store)
            await store.record(entry_of(FOX, in_doubt(number=2, trial=2)))
            await store.record(entry_of(FOX, submitted("b", number=2, trial=2)))
        known = read_state(path, manifest="campaign.yaml").get(FOX.fingerprint)
        assert known.attempts == (submitted("b", number=2), failed())


class TestAdopt:
    async def test_the_task_is_waited_for_at_what_it_cost(self):
        note = ErrorNote(message="the connection was reset")
        recorder = recorder_of(entry_of(FOX, in_doubt(submitted_at=stamp(0), error=note)))
        await adopt(only_doubt(recorder), ledger_task("t", cost=500), recorder)
        assert recorder.lockfile.get(FOX.fingerprint).attempts == (
            submitted("t", credits=500, submitted_at=stamp(0)),
        )

    async def test_what_was_paid_before_stays(self):
        recorder = recorder_of(entry_of(FOX, failed("a")), entry_of(FOX, in_doubt(number=2)))
        await adopt(only_doubt(recorder), ledger_task("t"), recorder)
        entry = recorder.lockfile.get(FOX.fingerprint)
        assert entry.attempts == (submitted("t", number=2), failed("a"))
        assert entry.spent == 840

    async def test_a_task_of_another_branch_stays(self):
        recorder = recorder_of(entry_of(FOX, submitted("a")), entry_of(FOX, in_doubt(number=2)))
        await adopt(only_doubt(recorder), ledger_task("t"), recorder)
        assert recorder.lockfile.task_ids() == {"a", "t"}
        assert recorder.lockfile.spent == 840

    async def test_what_was_given_back_makes_nothing_cheaper(self, tmp_path):
        path = tmp_path / "campaign.lock.jsonl"
        write_lockfile(path, lockfile_of(entry_of(FOX, in_doubt())))
        async with LockfileStore.open(path, manifest="campaign.yaml", clock=StillClock()) as store:
            (doubt,) = find_doubts(store.lockfile)
            await adopt(doubt, ledger_task("t", cost=-420), store)
        known = read_state(path, manifest="campaign.yaml").get(FOX.fingerprint)
        assert (known.state, known.primary.task_id, known.spent) == (State.SUBMITTED, "t", 420)

    async def test_a_task_that_is_adopted_is_the_next_runs_to_explain(self):
        recorder = recorder_of(doubt_of_call("fox", 0).entry, doubt_of_call("owl", 100).entry, CONTROL_ENTRY)
        context = context_of(charge("t", 101))
        assert unique_fits(await check_doubts(recorder.lockfile, context)) == ()
        await adopt(find_doubts(recorder.lockfile)[1], ledger_task("t", 101), recorder)
        (finding,) = await check_doubts(recorder.lockfile, context)
        assert finding == NotCharged(doubt=doubt_of_call("fox", 0))


class TestAdoptByWord:
    async def adopted(self, task_id, *rows, ledger_api=None, doubt=None):
        recorder = recorder_of((doubt or doubt_of_call()).entry, CONTROL_ENTRY)
        context = context_of(*rows, ledger_api=ledger_api)
        findings = await check_doubts(recorder.lockfile, context)
        try:
            await adopt_by_word(task_id, only_doubt(recorder), findings, context.ledger_api, recorder)
        finally:
            self.recorder, self.ledger_api = recorder, context.ledger_api
        return recorder.lockfile.get(FOX.fingerprint).primary

    async def test_a_candidate_is_taken_at_what_it_cost_even_if_it_does_not_fit(self):
        primary = await self.adopted("u", charge("t"), charge("u", 3000, cost=500))
        assert (primary.state, primary.task_id, primary.credits) == (State.SUBMITTED, "u", 500)
        assert self.ledger_api.statuses_asked == []

    @pytest.mark.parametrize("answer", [Working(0), Finished(()), Failed(Refusal(code=None, message="no"))])
    async def test_another_task_is_taken_at_the_jobs_price_if_it_exists(self, answer):
        primary = await self.adopted("old", charge("t"), ledger_api={"statuses": {"old": answer}})
        assert (primary.state, primary.task_id, primary.credits) == (State.SUBMITTED, "old", 420)

    async def test_a_task_that_nobody_confirms_is_refused(self):
        ledger_api = {"statuses": {"old": Unreadable("the API said: task not found")}}
        with pytest.raises(UsageError) as caught:
            await self.adopted("old", ledger_api=ledger_api)
        assert caught.value.message == (
            "the API does not confirm that there is a task old: the API said: task not found"
        )
        assert only_doubt(self.recorder) == doubt_of_call()

    async def test_a_refused_key_confirms_nothing(self):
        ledger_api = {"statuses": {"old": KeyRefused(Refusal(code=401, message="bad key"))}}
        with pytest.raises(KeyRefusedError, match="bad key"):
            await self.adopted("old", ledger_api=ledger_api)
        assert only_doubt(self.recorder) == doubt_of_call()

    async def test_the_candidates_of_another_call_are_not_this_ones(self):
        fox, owl = doubt_of_call("fox", 5000), doubt_of_call("owl", 0)
        recorder = recorder_of(fox.entry, owl.entry, CONTROL_ENTRY)
        context = context_of(charge("owls", 1), seconds=6000)
        findings = await check_doubts(recorder.lockfile, context)
        with pytest.raises(UsageError, match="does not confirm"):
            await adopt_by_word("owls", fox, findings, context.ledger_api, recorder)


class TestDoubtOf:
    def test_a_call_is_found_by_its_jobs_key_or_fingerprint(self):
        fox, owl = doubt_of_call("fox"), doubt_of_call("owl")
        assert doubt_of("hero/owl", [fox, owl]) == owl
        assert doubt_of(owl.entry.fingerprint, [fox, owl]) == owl

    def test_two_jobs_of_one_key_are_not_told_apart_by_guessing(self):
        old, new = doubt_of_call("fox"), doubt_of_call("owl")
        old = replace(old, entry=old.entry.with_key("hero/owl"))
        with pytest.raises(UsageError, match="2 jobs in doubt are called hero/owl") as caught:
            doubt_of("hero/owl", [old, new])
        assert old.entry.fingerprint in caught.value.hint
        assert new.entry.fingerprint in caught.value.hint
        assert doubt_of(old.entry.fingerprint, [old, new]) == old

    def test_a_job_that_is_not_in_doubt_is_an_error_that_says_which_are(self):
        with pytest.raises(UsageError) as caught:
            doubt_of("hero/foks", [doubt_of_call("fox"), doubt_of_call("owl")])
        assert caught.value.message == 'hero/foks is not in doubt; in doubt: "hero/fox", "hero/owl"'
        assert caught.value.hint == 'did you mean "hero/fox"?'

    def test_where_no_job_is_in_doubt_that_is_said(self):
        with pytest.raises(UsageError, match=r"hero/fox is not in doubt; no job is"):
            doubt_of("hero/fox", [])
