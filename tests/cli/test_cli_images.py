"""URLs are looked at before they are paid for: by validate --images, and by a run that spends much."""

from __future__ import annotations

import re
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
    assert re.findall(r"^m\.yaml:\d+:\d+: warning: .*\[(.*)\]$", ran.err, re.MULTILINE) == ["private-url"]
    assert "warning:" not in call("run", "m.yaml", "--yes", "--no-wait").err
