"""URLs are looked at before they are paid for: by validate --images, and by a run that spends much."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.answering_server import AnsweringServer, HangUp, Received, Reply, answering_thread
from fakes.pictures import picture

HEAD = "version: 1\ntool: sora2-image-to-video-api\nbudget: {max_credits: 9000}\n"
JOBS = 'jobs:\n  a:\n    matrix: {{x: {names}}}\n    input: {{prompt: "A {{{{ x }}}}.", image: "{url}/{{{{ x }}}}"}}\n'


@pytest.fixture
def host(tmp_path):
    """A host of pictures, and of other things."""
    for name, size in (("fox.png", (640, 360)), ("tall.png", (360, 640))):
        picture(tmp_path / "host", name, size=size)

    def answer(request: Received):
        name = request.target.partition("?")[0].strip("/")
        match name:
            case "page":
                return Reply(body=b"<html>" + b"no picture " * 100)
            case "moved.png":
                return Reply(status=302, headers={"Location": "/fox.png"})
            case "inside.png":
                return Reply(status=302, headers={"Location": "http://10.0.0.1/secret"})
            case "busy.png":
                return Reply(status=503)
            case "dead.png":
                return HangUp()
            case "cut.png":
                return Reply(body=(tmp_path / "host/fox.png").read_bytes()[:-40])
            case _:
                path = tmp_path / "host" / name
                return Reply(body=path.read_bytes()) if path.exists() else Reply(status=404)

    with answering_thread(answer) as server:
        yield server


def write(host: AnsweringServer, names: list[str], more: str = "") -> Path:
    Path("m.yaml").write_text(HEAD + JOBS.format(names=names, url=host.url) + more)
    return Path("m.yaml")


def found(ran) -> dict[str, str]:
    """What was told of each URL, but that it is on this machine."""
    problems = [one for one in ran.document["problems"] if one["rule"] != "private-url"]
    return {re.search(r"/([\w.]+)(?:\?\S*)? ", one["message"])[1]: one["rule"] for one in problems}


def test_each_url_is_fetched_once_and_what_is_no_picture_is_an_error_at_its_place(call, folder, host):
    names = ["fox.png", "page", "gone.png", "cut.png", "moved.png", "inside.png", "busy.png", "dead.png"]
    ran = call(
        "validate",
        write(host, names, f"  b: {{repeat: 3, input: {{prompt: b, image: '{host.url}/fox.png'}}}}\n"),
        "--images",
        "--json",
    )
    assert (ran.code, found(ran)) == (
        2,
        {
            "page": "no-picture",
            "gone.png": "no-picture",
            "cut.png": "no-picture",
            "moved.png": "redirected-url",
            "inside.png": "unreachable-url",
            "busy.png": "unreachable-url",
            "dead.png": "unreachable-url",
        },
    )
    asked = [request.target for request in host.requests if request.target != "/dead.png"]  # that one again
    assert sorted(asked) == sorted(f"/{name}" for name in [*names, "fox.png"] if name != "dead.png")
    assert "looking at 8 URLs" in ran.err
    (gone,) = [one for one in ran.document["problems"] if "gone" in one["message"]]
    assert (gone["path"], gone["line"], gone["level"]) == ("jobs.a.input.image", 7, "error")


def test_the_shape_of_a_picture_and_the_end_of_a_signature_are_told(call, folder, host):
    names = [
        "tall.png",
        "fox.png?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Signature=never-shown-1234",
    ]
    ran = call("validate", write(host, names), "--images", "--json")
    rules = [one["rule"] for one in ran.document["problems"]]
    assert (ran.code, sorted(rules)) == (0, ["expiring-url", "picture-shape", "private-url"])
    assert "never-shown" not in ran.out + ran.err
    assert call("validate", "m.yaml", "--images", "--strict").code == 2


def test_without_the_flag_nothing_is_fetched(call, folder, host):
    assert call("validate", write(host, ["gone.png"])).code == 0
    assert host.requests == []


def test_a_run_that_spends_much_looks_first_and_sends_nothing_if_a_picture_is_missing(
    call, folder, host, api
):
    api()
    write(host, ["fox.png", "gone.png"], "lint: {images_above: 800}\nrun: {poll_interval: 0.05}\n")
    ran = call("run", "m.yaml", "--yes", "--no-wait")
    assert ran.code == 2
    assert "gone.png answers HTTP 404 (job a/gone-png)" in ran.err
    assert not Path("m.lock.jsonl").exists()
    host.requests.clear()
    assert call("run", "m.yaml", "--yes", "--no-wait", "--limit", "1").code == 0
    assert call("run", "m.yaml", "--yes", "--no-wait", "--no-images").code == 0
    assert [
        request.target for request in host.requests if "sora2batch" in request.headers.get("user-agent", "")
    ] == []


def test_a_run_tells_of_slips_before_it_pays(call, folder, host, api):
    api()
    write(host, ["fox.png", "Fox.png"], "run: {poll_interval: 0.05}\n")
    ran = call("run", "m.yaml", "--yes", "--no-wait")
    assert ran.code == 0
    assert re.findall(r"^warning: m\.yaml:\d+:\d+: .*\[(.*)\]$", ran.err, re.MULTILINE) == ["private-url"]
    assert "warning:" not in call("run", "m.yaml", "--yes", "--no-wait").err


LOOKS = "lint: {images_above: 0}\nrun: {poll_interval: 0.05}\noutput: {check: false}\n"
RUN = ("run", "m.yaml", "--yes", "--no-wait")


def recorded() -> dict[str, dict[str, str] | None]:
    """What the lockfile says that was seen for each job."""
    lines = [json.loads(line) for line in Path("m.lock.jsonl").read_text().splitlines()[1:]]
    return {line["key"]: line.get("seen") for line in lines}


def overwrite(folder: Path, name: str, size: tuple[int, int]) -> str:
    picture(folder / "host", name, (200, 90, 20), size)
    return digest_of(folder, name)


def digest_of(folder: Path, name: str) -> str:
    return sha256((folder / "host" / name).read_bytes()).hexdigest()


def changes(ran) -> list[str]:
    return [one["message"] for one in ran.document["problems"] if one["rule"] == "changed-picture"]


def test_a_look_before_a_run_is_kept_and_other_bytes_later_are_told_with_the_jobs_that_paid(
    call, folder, host, api
):
    api()
    write(host, ["fox.png", "tall.png"], LOOKS)
    assert call(*RUN).code == 0
    former = digest_of(folder, "fox.png")
    assert recorded() == {
        "a/fox-png": {"image": former},
        "a/tall-png": {"image": digest_of(folder, "tall.png")},
    }
    before = Path("m.lock.jsonl").read_bytes()
    assert changes(call("validate", "m.yaml", "--images", "--json")) == []

    present = overwrite(folder, "fox.png", (1280, 720))
    told = changes(call("validate", "m.yaml", "--images", "--json"))
    hint = "give another picture a URL of its own: the plan then shows which jobs it makes new"
    assert told == [
        f"image: {host.url}/fox.png gives other bytes than the ones that were paid for with a/fox-png (job a/fox-png) ({hint})"
    ]
    assert call("validate", "m.yaml", "--images", "--strict").code == 2
    assert call("validate", "m.yaml").code == 0
    assert Path("m.lock.jsonl").read_bytes() == before

    more = f"  b: {{input: {{prompt: another, image: '{host.url}/fox.png'}}}}\n"
    write(host, ["fox.png", "tall.png"], more + LOOKS)
    ran = call(*RUN)
    assert (ran.code, "paid for with a/fox-png (job b) " in ran.err) == (0, True)
    assert recorded()["a/fox-png"] == {"image": former}
    assert recorded()["b"] == {"image": present}
    assert changes(call("validate", "m.yaml", "--images", "--json")) == []  # it is as it was the last time


def test_who_does_not_look_keeps_what_is_known_and_says_nothing_of_the_new_jobs(call, folder, host, api):
    api()
    write(host, ["fox.png"], LOOKS)
    assert call(*RUN).code == 0
    known = recorded()
    write(host, ["fox.png", "tall.png"], LOOKS)
    assert call("run", "m.yaml", "--yes", "--no-images").code == 0
    assert recorded() == known | {"a/tall-png": None}
    assert "seen" not in Path("m.lock.jsonl").read_text().splitlines()[2]


def test_a_picture_that_a_manifest_beside_was_paid_with_counts_too(call, folder, host, api):
    api()
    write(host, ["fox.png"], LOOKS)
    assert call(*RUN).code == 0
    overwrite(folder, "fox.png", (1280, 720))
    Path("m.yaml").rename("scout.yaml")
    Path("m.lock.jsonl").rename("scout.lock.jsonl")
    write(host, ["fox.png"], LOOKS)
    (told,) = changes(call("validate", "m.yaml", "--images", "--json"))
    assert "paid for with a/fox-png of scout.lock.jsonl (job" in told


def test_explain_tells_what_was_at_a_url(call, folder, host, api):
    api()
    write(host, ["fox.png"], LOOKS)
    assert call(*RUN).code == 0
    digest = digest_of(folder, "fox.png")
    assert f"image was looked at before: sha256 {digest[:12]}…" in call("explain", "m.yaml", "a/fox-png").out
    (sent,) = call("explain", "m.yaml", "a/fox-png", "--json").document["calls"]
    assert sent["seen"] == {"image": digest}
