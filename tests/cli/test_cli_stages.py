"""Jobs made from the results of jobs, by the command line: what is sent, what waits, what is asked, what is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest

from fakes.campaign import tools_dir
from fakes.s3_server import BUCKET, s3_environ, s3_server
from fakes.service import PRICE, TOOL, Service
from sora2batch.app.candidates.job_candidates import groups
from sora2batch.ground.schema import load_schema
from sora2batch.simulator.fault import RESULT_FAULTS, Fault, FaultKind
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.make import open_store

HASTY = StoreTimeouts(connect=1.0, retry=1.0, first_wait=0.01, longest_wait=0.02, tries=2, answer=2.0)
KEY = "sk-never-to-be-seen"
FILM = """\
version: 1
tool: {tool}
budget: {{max_credits: {budget}}}
jobs:
  stills:
    matrix: {{animal: [fox, owl]}}
    input: {{prompt: "A {{{{ animal }}}}"}}
  clips:
    matrix:
      still: {{from_jobs: stills{more}}}
      camera: [pan, zoom]
    input: {{prompt: "{{{{ camera }}}} on the {{{{ still.animal }}}}", image: "{{{{ still.output }}}}"}}
run: {{poll_interval: 0.05, submit_concurrency: 1}}
output: {{check: false}}
"""
STILLS, CLIPS = 2, 4
"""How many jobs each stage has."""


@pytest.fixture
def film(folder, monkeypatch):
    """Write a manifest of two stages; each job costs 100 credits."""
    monkeypatch.setenv("SORA2BATCH_TOOLS_DIR", str(tools_dir(folder)))
    monkeypatch.setenv("SJINN_API_KEY", KEY)

    def write(*, more: str = "", budget: int = 10_000, rest: str = "") -> str:
        (folder / "film.yaml").write_text(FILM.format(tool=TOOL, budget=budget, more=more) + rest)
        return "film.yaml"

    return write


@pytest.fixture
def serve(folder, monkeypatch):
    """Start an API with faults; the environment points to it."""
    started = []

    def start(*kinds: FaultKind) -> Service:
        service = Service(tools_dir(folder), faults=[Fault(kind=kind, rate=1.0) for kind in kinds])
        started.append(service.__enter__())
        monkeypatch.setenv("SORA2BATCH_API_URL", service.url)
        return service

    yield start
    for service in started:
        service.__exit__()


@pytest.fixture(scope="module")
def endpoint():
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def store(endpoint, monkeypatch, tmp_path) -> str:
    """A bucket, as a line of a manifest."""
    for name, value in s3_environ(endpoint).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(open_store.__kwdefaults__, "timeouts", HASTY)
    return f"s3://{BUCKET}/{tmp_path.name}"


def states_of(document) -> dict[str, int]:
    return {state: count for state, count in document["summary"]["states"].items() if count}


def sent_pictures(service: Service) -> list[str]:
    return [one.input["image"] for one in service.created if "image" in one.input]


def test_a_clip_is_made_from_the_stills_own_url_and_its_signature_is_written_nowhere(
    film, serve, call, folder
):
    service = serve()
    ran = call("run", film(), "--yes", "--jsonl", "-vv", "--log-file", "log.txt")
    assert ran.code == 0, ran.err
    urls = sent_pictures(service)
    assert len(urls) == CLIPS
    assert all("/result/" in url and "?sig=" in url for url in urls)
    said = ran.out + ran.err + "".join(path.read_text("utf-8", "replace") for path in folder.glob("*.*"))
    for signature in {url.partition("sig=")[2] for url in urls}:
        assert signature not in said
    events = [json.loads(line) for line in ran.out.splitlines()]
    ready = [one for one in events if one["event"] == "ready"]
    assert [one["needs"] for one in ready if one["key"] == "clips/fox/pan"] == [["stills/fox"]]
    assert states_of(events[-1]) == {"completed": STILLS + CLIPS}
    assert service.spent == (STILLS + CLIPS) * PRICE


@pytest.mark.parametrize("kind", RESULT_FAULTS)
def test_without_a_store_a_clip_waits_for_a_still_whose_url_is_gone_and_nothing_is_charged_for_it(
    film, serve, call, kind
):
    service = serve(kind)
    ran = call("run", film(), "--yes")
    assert ran.code == 4
    assert service.spent == STILLS * PRICE
    assert "the result of stills/fox cannot be sent: " in ran.err
    assert "with a store the file itself would be sent" in ran.err
    assert "sig=" not in ran.err + ran.out
    service.recover()
    assert call("run", "film.yaml", "--yes").code == 0
    assert service.spent == (STILLS + CLIPS) * PRICE


@pytest.mark.xdist_group("store servers")
@pytest.mark.parametrize("kind", RESULT_FAULTS)
def test_with_a_store_the_file_itself_is_sent_uploaded_from_disk(film, serve, call, folder, store, kind):
    service = serve(kind)
    ran = call("run", film(rest=f"store: {{url: {store}}}\n"), "--yes")
    assert ran.code == 0, ran.err
    assert all(BUCKET in url for url in sent_pictures(service))
    assert len({url.partition("?")[0] for url in sent_pictures(service)}) == STILLS
    assert "X-Amz-Signature" not in ran.err + ran.out + (folder / "film.lock.jsonl").read_text()


@pytest.mark.xdist_group("store servers")
def test_a_still_that_is_nowhere_but_in_the_store_is_sent_from_there(film, serve, call, folder, store):
    service = serve(FaultKind.RESULT_GONE)
    manifest = film(rest=f"store: {{url: {store}, outputs: true}}\n")
    assert call("run", manifest, "--yes", "--until", "stills").code == 0
    shutil.rmtree(folder / "out")
    assert call("run", manifest, "--yes", "--select", "clips/*", "--only").code == 0
    assert len(sent_pictures(service)) == CLIPS


def test_a_still_that_is_nowhere_makes_its_clips_wait_and_says_so(film, serve, call, folder):
    service = serve(FaultKind.RESULT_GONE)
    assert call("run", film(), "--yes", "--until", "stills").code == 0
    next(folder.glob("out/**/fox.jpg")).unlink()
    ran = call("run", "film.yaml", "--yes")
    assert ran.code == 4
    assert service.spent == STILLS * PRICE
    assert "stills/fox" in ran.err


def test_a_simulator_that_has_restarted_still_has_the_stills(film, call, folder, monkeypatch):
    monkeypatch.delenv("SJINN_API_KEY")
    assert call("run", film(), "--simulate", "--until", "stills").code == 0
    ran = call("run", "film.yaml", "--simulate")
    assert ran.code == 0, ran.err
    assert states_of(call("status", "film.yaml", "--simulate", "--json").document) == {"completed": 6}


def test_in_a_trial_a_still_whose_file_is_gone_is_fetched_and_sent_all_the_same(
    film, call, folder, monkeypatch
):
    monkeypatch.delenv("SJINN_API_KEY")
    assert call("run", film(), "--simulate", "--until", "stills").code == 0
    shutil.rmtree(folder / "out")
    assert call("run", "film.yaml", "--simulate").code == 0
    clip = next(folder.glob("out/**/clips/fox/pan.*"))
    content = clip.read_bytes()
    clip.unlink()
    assert call("download", "film.yaml", "--simulate").code == 0
    assert clip.read_bytes() == content


def test_what_becomes_possible_is_not_paid_for_without_consent(film, serve, call):
    """The stills were submitted by a run that did not wait; to wait for them would submit the clips."""
    service = serve()
    ran = call("run", film(), "--yes", "--no-wait")
    assert ran.code == 0
    assert "notice: 4 jobs that wait for others are not submitted by a run that does not wait" in ran.err
    ran = call("run", "film.yaml")
    assert ran.code == 2
    assert (
        "this would spend up to 400 credits on what is made from results that are still to come and nobody"
        in ran.err
    )
    assert service.spent == STILLS * PRICE
    assert call("download", "film.yaml").code == 0
    assert service.spent == STILLS * PRICE
    assert call("run", "film.yaml", "--yes").code == 0
    assert service.spent == (STILLS + CLIPS) * PRICE


def test_a_run_that_fetches_nothing_submits_nothing_that_waits(film, serve, call):
    service = serve()
    ran = call("run", film(), "--yes", "--no-download", "--json")
    assert (ran.code, service.spent) == (0, STILLS * PRICE)
    assert states_of(ran.document) == {"completed": STILLS, "waiting": CLIPS}
    assert ran.document["summary"]["credits"]["later"] == CLIPS * PRICE


@pytest.mark.parametrize(("limit", "later"), [(1, 0), (2, 0), (3, 100), (5, 300)])
def test_a_limit_bounds_all_that_a_run_submits(film, serve, call, limit, later):
    service = serve()
    plan = call("plan", film(), "--limit", limit, "--json").document
    assert plan["summary"]["credits"]["later"] == later
    ran = call("run", "film.yaml", "--yes", "--limit", limit)
    assert ran.code == 0, ran.err
    assert service.spent == limit * PRICE


def test_a_part_that_is_advised_where_the_budget_is_too_small_can_be_run(film, serve, call):
    service = serve()
    ran = call("run", film(budget=150), "--yes")
    assert ran.code == 3
    assert "--limit 1 for 100 credits" in ran.err
    assert call("run", "film.yaml", "--yes", "--limit", 1).code == 0
    assert service.spent == PRICE


def test_a_saved_plan_submits_what_it_lists_and_can_be_carried_out_again(film, serve, call, monkeypatch):
    service = serve()
    assert call("plan", film(), "--out", "plan.json", "--until", "clips").code == 0
    ran = call("run", "--plan", "plan.json", "--yes")
    assert ran.code == 0, ran.err
    assert service.spent == STILLS * PRICE
    assert "a saved plan does not submit what was not known when it was made" in ran.err
    again = call("run", "--plan", "plan.json", "--yes")
    assert again.code == 0, again.err
    assert service.spent == STILLS * PRICE


def test_a_saved_plan_keeps_until_and_only(film, serve, call):
    service = serve()
    assert call("run", film(), "--yes", "--until", "stills").code == 0
    assert call("plan", "film.yaml", "--out", "plan.json", "--select", "clips/fox/*", "--only").code == 0
    basis = json.loads(Path("plan.json").read_text())["basis"]
    assert (basis["select"], basis["only"]) == (["clips/fox/*"], True)
    assert call("run", "--plan", "plan.json", "--yes").code == 0
    assert len(sent_pictures(service)) == 2
    ran = call("run", "--plan", "plan.json", "--yes", "--only")
    assert (ran.code, "--plan does exactly the saved plan" in ran.err) == (2, True)


def test_a_saved_plan_is_stale_once_the_price_of_what_waits_changed(film, serve, call, folder):
    serve()
    text = (folder / "tools" / f"{TOOL}.json").read_text()
    (folder / "tools" / "clip-api.json").write_text(text)
    manifest = folder / film()
    manifest.write_text(manifest.read_text().replace("  clips:\n", "  clips:\n    tool: clip-api\n"))
    assert call("plan", "film.yaml", "--out", "plan.json").code == 0
    (folder / "tools" / "clip-api.json").write_text(text.replace("100", "200"))
    assert call("run", "--plan", "plan.json", "--yes").code == 2


def test_only_needs_to_know_what(film, call):
    ran = call("plan", film(), "--only")
    assert ran.code == 2
    assert "--only goes with --select, --where or --until" in ran.err


def test_whoever_selects_clips_is_told_of_the_stills_that_are_paid_with_them(film, call):
    notices = call("plan", film(), "--select", "clips/fox/*", "--json").document["notices"]
    (told,) = [one for one in notices if "not named" in one]
    assert told == (
        "1 job that was not named is submitted as well, for 100 credits: the selected ones need stills/fox; "
        "--only leaves them out"
    )
    alone = call("plan", "film.yaml", "--select", "clips/fox/*", "--only", "--json").document
    assert [one["action"] for one in alone["jobs"]] == ["wait", "wait"]
    until = call("plan", "film.yaml", "--until", "clips", "--json").document
    assert not [one for one in until["notices"] if "not named" in one]


def test_at_a_gate_a_run_ends_well_and_says_what_to_do(film, serve, call):
    service = serve()
    ran = call("run", film(more=", picks: picks.yaml"), "--yes")
    assert (ran.code, service.spent) == (0, STILLS * PRICE)
    assert (
        "next: 4 jobs wait for picks.yaml: somebody has to pick: "
        "`sora2batch report film.yaml --serve --open`, "
        "mark the best, then `sora2batch run film.yaml`"
    ) in ran.out
    document = call("status", "film.yaml", "--json").document
    assert states_of(document) == {"completed": STILLS, "waiting": CLIPS}
    waiting = [one for one in document["jobs"] if one["state"] == "waiting"]
    assert {one["fingerprint"] for one in waiting} == {None}
    assert {one["reason"] for one in waiting} == {"waits for picks.yaml: somebody has to pick first"}
    again = call("run", "film.yaml", "--yes")
    assert (again.code, service.spent) == (0, STILLS * PRICE)
    assert "next: 4 jobs wait for picks.yaml" in again.out


def test_what_rests_on_a_failed_still_is_blocked_and_adds_nothing_to_the_exit_code(film, serve, call):
    service = serve()
    service.fail_generations()
    ran = call("run", film(), "--yes", "--json")
    assert ran.code == 1
    assert states_of(ran.document) == {"failed": STILLS, "blocked": CLIPS}
    again = call("run", "film.yaml", "--yes")
    assert again.code == 1
    assert "next: 4 blocked, and nothing else waits: rests on stills/fox, which failed" in again.out
    service.recover()
    assert call("run", "film.yaml", "--yes", "--retry-failed").code == 0
    assert service.spent == (2 * STILLS + CLIPS) * PRICE


def test_an_account_that_cannot_pay_for_all_of_it_is_told_of_first_and_stops_the_run(folder, api, call):
    api("--balance", "150")
    (folder / "film.yaml").write_text(
        "version: 1\nbudget: {max_credits: 5000}\njobs:\n"
        "  stills: {tool: nano-banana-image-api, input: {prompt: A fox}}\n"
        "  clips:\n    tool: sora2-image-to-video-api\n    matrix: {still: {from_jobs: stills}}\n"
        '    input: {prompt: It runs, image: "{{ still.output }}"}\n'
        "run: {poll_interval: 0.05}\noutput: {check: false}\n"
    )
    ran = call("run", "film.yaml", "--yes")
    assert ran.code == 3
    assert "notice: the account has 150 credits, 320 fewer than the 470 that all of it costs" in ran.err
    assert "the account cannot pay" in ran.err
    assert "notice: sora2-image-to-video-api: " in ran.err.partition("1/1 submitted")[0]
    assert states_of(call("status", "film.yaml", "--json").document) == {"completed": 1, "pending": 1}


def test_prune_leaves_the_clips_whose_stills_are_not_known_just_now(film, serve, call, folder):
    serve()
    assert call("run", film(), "--yes").code == 0
    lock = folder / "film.lock.jsonl"
    lines = [line for line in lock.read_text().splitlines() if '"key":"stills/' not in line]
    lock.write_text("\n".join(lines) + "\n")
    assert states_of(call("status", "film.yaml", "--json").document) == {"pending": STILLS, "waiting": CLIPS}
    listed = call("prune", "film.yaml", "--dry-run").out
    assert "clips/" not in listed


def fits(document, name: str) -> bool:
    return jsonschema_rs.validator_for(load_schema(f"{name}.schema.json")).is_valid(document)


def test_every_document_has_its_schema_also_where_jobs_wait_or_are_blocked(film, serve, call):
    service = serve()
    for form in ("status", "plan"):
        assert fits(call(form, film(more=", picks: picks.yaml"), "--json").document, form)
    service.fail_generations()
    lines = call("run", film(), "--yes", "--jsonl").out.splitlines()
    assert all(fits(json.loads(line), "events") for line in lines)
    assert fits(call("run", "film.yaml", "--yes", "--json").document, "run")
    blocked = call("status", "film.yaml", "--json").document
    assert fits(blocked, "status")
    assert {one["reason"] for one in blocked["jobs"] if one["state"] == "blocked"} == {
        "rests on stills/fox, which failed",
        "rests on stills/owl, which failed",
    }
    assert "blocked" in call("status", "film.yaml", "--csv").out


def test_groups_are_completed(film, folder):
    film()
    assert [one.value for one in groups(["film.yaml"], [folder / "tools"], "")] == ["stills", "clips"]
    assert [one.value for one in groups(["film.yaml"], [folder / "tools"], "c")] == ["clips"]
