from __future__ import annotations

from fakes.building import entry_of, job_of, lockfile_of
from fakes.lock_entry import DIGEST, completed, failed, in_doubt, rejected, submitted
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import ErrorNote, Output
from sora2batch.plan.job_status import make_status, status_to_json

FOX, OWL, CAT, DOG = (job_of(name) for name in ("fox", "owl", "cat", "dog"))
FILE = Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=1)


def status_of(*jobs, entries=(), budget=10_000):
    return make_status("campaign.yaml", jobs, lockfile_of(*entries), Credits(budget))


def test_a_status_says_where_every_job_stands_and_what_it_cost():
    entries = (
        entry_of(FOX, completed(outputs=(FILE,)), submitted("task-b")),
        entry_of(OWL, failed(error=ErrorNote(code=7, message="no"), credits=400)),
        entry_of(CAT, rejected()),
        entry_of(job_of("gone"), in_doubt(credits=50)),
    )
    document = status_to_json(status_of(FOX, OWL, CAT, DOG, entries=entries, budget=2000))
    assert document == {
        "version": 1,
        "manifest": "campaign.yaml",
        "jobs": [
            {
                "key": "hero/fox",
                "fingerprint": FOX.fingerprint,
                "state": "completed",
                "task_id": "task-a",
                "credits": 840,
                "outputs": [
                    {"url": "https://h.example/a.mp4", "path": "a.mp4", "sha256": DIGEST, "bytes": 1}
                ],
                "error": None,
            },
            {
                "key": "hero/owl",
                "fingerprint": OWL.fingerprint,
                "state": "failed",
                "task_id": "task-a",
                "credits": 400,
                "outputs": [],
                "error": {"code": 7, "message": "no"},
            },
            {
                "key": "hero/cat",
                "fingerprint": CAT.fingerprint,
                "state": "rejected",
                "task_id": None,
                "credits": 0,
                "outputs": [],
                "error": None,
            },
            {
                "key": "hero/dog",
                "fingerprint": DOG.fingerprint,
                "state": "pending",
                "task_id": None,
                "credits": 420,
                "outputs": [],
                "error": None,
            },
        ],
        "summary": {
            "jobs": 4,
            "states": {
                "pending": 1,
                "in_doubt": 0,
                "submitted": 0,
                "completed": 1,
                "failed": 1,
                "rejected": 1,
            },
            "credits": {"budget": 2000, "spent": 1290, "in_doubt": 50, "to_spend": 420, "remaining": 290},
        },
    }


def test_fields_that_an_output_does_not_have_are_left_out():
    status = status_of(FOX, entries=(entry_of(FOX, completed(outputs=(Output(url="https://h.example/a"),))),))
    assert status_to_json(status)["jobs"][0]["outputs"] == [{"url": "https://h.example/a"}]


def test_states_are_counted():
    status = status_of(FOX, OWL, CAT, entries=(entry_of(FOX, in_doubt()),))
    assert status.states == {"in_doubt": 1, "pending": 2}


def test_an_orphan_has_no_line_but_its_credits_are_spent():
    status = status_of(FOX, entries=(entry_of(OWL, completed()),))
    assert [one.job for one in status.jobs] == [FOX]
    assert (status.money.spent, status.money.to_spend) == (420, 420)


def test_a_job_that_is_done_without_a_file_lacks_it():
    fetched = Output(url="https://x.example/a.mp4", path="a.mp4", sha256="0" * 64, bytes=1)
    named = Output(url="https://x.example/a.mp4")
    jobs = [job_of(name) for name in ("a", "b", "c", "d")]
    entries = [
        entry_of(jobs[0], completed("1", outputs=(fetched,))),
        entry_of(jobs[1], completed("2", outputs=(named,))),
        entry_of(jobs[2], submitted("3")),
    ]
    status = make_status("x.yaml", jobs, lockfile_of(*entries), Credits(5000))
    assert [one.lacks_file for one in status.jobs] == [False, True, False, False]
