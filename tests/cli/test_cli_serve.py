"""``report --serve``: a real process, asked over real sockets."""

import json
import signal
import socket
import stat

import pytest

from fakes.exhibition import clip, done, exhibit
from fakes.page_data import data_of
from fakes.served_report import ServedReport
from fakes.waiting import wait_until
from sora2batch.lockfile.entry import Output

SHOW = """\
version: 1
tool: sora2-text-to-video-api
budget: {max_credits: 9000}
jobs:
  hero:
    matrix: {subject: [fox, owl]}
    repeat: 2
    input: {prompt: "a {{ subject }}"}
"""
FOX = "results/hero/fox%232.mp4"


@pytest.fixture
def exhibition(folder):
    return exhibit(folder, SHOW, lambda place, job: done(job) if place < 2 else None)


@pytest.fixture
def served(exhibition, folder):
    with ServedReport(folder, "show.yaml") as served:
        yield served


def pick(job, **more):
    return {"key": job.key, "fingerprint": job.fingerprint, **more}


def test_the_page_its_clips_and_their_ranges(served, folder):
    response, page = served.ask()
    assert (response.status, response.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
    assert data_of(page.decode())["cards"][1]["result"]["clips"][0]["href"] == FOX
    assert response.getheader("Cache-Control") == "no-store"
    assert response.getheader("Content-Security-Policy") == "frame-ancestors 'none'"
    assert response.getheader("Access-Control-Allow-Origin") is None
    assert not (folder / "show.report.html").exists()
    response, body = served.ask(FOX)
    assert (response.status, response.getheader("Content-Type"), body) == (200, "video/mp4", clip())
    response, body = served.ask(FOX, Range="bytes=100-199")
    assert (response.status, body) == (206, clip()[100:200])
    assert response.getheader("Content-Range") == f"bytes 100-199/{len(clip())}"
    assert "sandbox" in response.getheader("Content-Security-Policy")


def test_what_the_page_does_not_link_to_is_not_there(served):
    for place in (
        "results/hero/owl.mp4", "results/hero/fox%2523.mp4", "results/../show.yaml", "results/%2e%2e/show.yaml",
        "results/hero/../hero/fox.mp4", "results//hero/fox.mp4", "results/hero%2Ffox.mp4", "../", "inputs/show.yaml",
        "show.lock.jsonl", "show.yaml", "results/..%5c..%5cshow.yaml", "results/", "changes", "changes?version=-1",
        "changes?version=1e3", f"changes?version={'9' * 5000}", "changes?version=%C2%B2",
    ):  # fmt: skip
        response, body = served.ask(place)
        assert (response.status, body) == (404, b"the page does not link to this\n"), place


def test_other_sites_and_other_users_are_told_nothing(served, exhibition):
    assert served.ask(path="/")[0].status == 404
    assert served.ask(path="/wrong/")[0].status == 404
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
    ):
        response, body = served.ask(**headers)
        assert response.status == 403
        assert len(body) < 100
    mark = pick(exhibition.jobs[0], favourite=True)
    assert served.ask("picks", method="POST", body=json.dumps({"picks": [mark]}).encode())[0].status == 403
    assert served.save(mark, Content_Type="text/plain")[0] == 415
    assert served.ask("picks")[0].status == 404
    assert served.ask(method="OPTIONS", Origin=served.origin)[0].status == 405
    assert not (exhibition.folder / "show.picks.yaml").exists()


def test_a_lockfile_of_a_stranger_gets_nothing_out_but_media_of_the_folder(folder):
    (folder / "secret.mp4").write_bytes(clip())
    places = (".hidden.mp4", "link.mp4", "page.html", "show.yaml.mp4")

    def attempt(place, job):
        file = Output(path=places[place], sha256="0" * 64, bytes=1)
        return done(job, outputs=(file,))

    exhibit(folder, SHOW, attempt, with_clips=False)
    out = folder / "out/show"
    out.mkdir(parents=True)
    (out / ".hidden.mp4").write_bytes(clip())
    (out / "link.mp4").symlink_to(folder / "secret.mp4")
    (out / "page.html").write_text("<script>alert(1)</script>")
    (out / "show.yaml.mp4").write_text("budget: 1")
    with ServedReport(folder, "show.yaml") as served:
        cards = data_of(served.ask()[1].decode())["cards"]
        hrefs = [card["result"]["clips"][0]["href"] for card in cards]
        for name in places:
            assert f"results/{name}" in hrefs
            assert served.ask(f"results/{name}")[0].status == 404


def test_picks_are_saved_in_the_folder_and_known_at_the_next_start(served, exhibition, folder):
    fox, fox2, *_ = exhibition.jobs
    assert served.document["picks"] == "show.picks.yaml"
    assert served.save(pick(fox, favourite=True, note="gold")) == (
        200,
        {"saved": "show.picks.yaml", "error": None},
    )
    with (folder / "show.picks.yaml").open("a") as stream:  # a colleague's pull
        stream.write(f"  - {{fingerprint: '{fox2.fingerprint}', rating: 4}}\n")
    assert served.save(pick(fox, favourite=False, rating=None))[0] == 200
    head, batch = served.changes()
    assert head["hasMarks"]
    assert [(mark["fingerprint"], mark["rating"]) for mark in batch["marks"]] == [(fox2.fingerprint, 4)]
    assert len(served.changes(head["version"])) == 1
    served.end()
    with ServedReport(folder, "show.yaml") as again:
        assert data_of(again.ask()[1].decode())["marks"][0]["rating"] == 4


def test_what_cannot_be_saved_is_said_and_nothing_is_lost(served, exhibition, folder):
    path = folder / "show.picks.yaml"
    path.write_text("<<<<<<< ours\n")
    status, answer = served.save(pick(exhibition.jobs[0], favourite=True))
    assert (status, answer["saved"]) == (409, None)
    assert "show.picks.yaml:1:1" in answer["error"]
    assert path.read_text() == "<<<<<<< ours\n"
    path.unlink()
    for wrong in ({"key": "hero/fox"}, pick(exhibition.jobs[0], rating=9), {"fingerprint": "x"}):
        assert served.save(wrong)[0] == 409
    headers = {"Origin": served.origin, "Content_Type": "application/json"}
    for body in (b"", b"{", b'{"picks": [{"key": "\\ud800"}]}', b"\xff", b"picks: []"):
        assert served.ask("picks", method="POST", body=body, **headers)[0].status == 409
    assert served.ask("picks", method="POST", body=b" " * 5_000_000, **headers)[0].status == 413
    assert not path.exists()


def test_the_page_is_told_what_has_changed_and_that_the_manifest_is_another(served, exhibition, folder):
    assert [len(line) > 0 for line in served.changes()] == [True]
    exhibit(folder, SHOW, lambda place, job: done(job) if place < 3 else None, with_clips=False)
    wait_until(lambda: len(served.changes()) == 2)
    head, batch = served.changes()
    assert [card["key"] for card in batch["cards"]] == [exhibition.jobs[2].key]
    assert batch["money"]["spent"] == 3 * 420
    assert not head["isOutdated"]
    (folder / "show.yaml").write_text(SHOW.replace("[fox, owl]", "[fox, owl, hare]"))
    wait_until(lambda: served.changes(head["version"])[0]["isOutdated"])
    (folder / "show.yaml").write_text("jobs: [")
    wait_until(lambda: served.changes()[0]["complaints"])
    assert "show.yaml has" in served.changes()[0]["complaints"][0]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_another_word(served, number, code):
    assert served.end(number) == (code, "", "")


def test_the_browser_is_led_there_by_a_file_that_only_its_owner_reads(exhibition, folder):
    seen = folder / "seen"
    script = folder / "browser.sh"
    script.write_text(f'#!/bin/sh\necho noise\ncp "${{1#file://}}" {seen}.new && mv {seen}.new {seen}\n')
    script.chmod(0o755)
    with ServedReport(folder, "show.yaml", "--open", environment={"BROWSER": f"{script} %s"}) as served:
        opener = folder / "show.served.report.html"
        wait_until(seen.exists)
        assert stat.S_IMODE(opener.stat().st_mode) == 0o600
        assert served.url in seen.read_text()
        assert served.end()[1] == ""
    assert not opener.exists()


def test_a_port_that_is_taken_is_said_in_words(call, exhibition):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = call("report", "show.yaml", "--serve", "--port", port)
    assert ran.code == 2
    assert ran.err.startswith(f"error: the gallery cannot be served on port {port}: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--serve", "-o", "a.html"], "--serve writes no page and no sheet: leave out -o and --sheet"),
        (["--serve", "--sheet", "a.png"], "--serve writes no page and no sheet: leave out -o and --sheet"),
        (["--port", "8000"], "--port is for --serve"),
        (["--serve", "--picks", "-"], "picks cannot be saved there: with --serve, --picks names a file"),
        (["--serve", "--picks", "p.json"], "picks are saved as YAML: p.json would no longer be JSON"),
        (["--open", "-o", "-"], "- is standard output, which no browser opens"),
    ],
)
def test_what_does_not_go_together_is_refused(call, exhibition, words, said):
    ran = call("report", "show.yaml", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("where", [{}, {"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}])
def test_where_nobody_would_see_a_browser_it_says_where_the_page_is(call, exhibition, monkeypatch, where):
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    ran = call("report", "show.yaml", "--open")
    page = exhibition.page.absolute().as_uri()
    assert (ran.code, ran.out) == (0, "gallery: show.report.html\n")
    assert ran.err == f"no browser could be opened here: open {page}\n"


def test_what_lies_beside_a_clip_is_not_taken_for_it(served, folder):
    (folder / "out/show/hero/fox#2.mp4.gz").write_bytes(b"something else")
    response, body = served.ask(FOX, Accept_Encoding="gzip, br")
    assert (response.getheader("Content-Encoding"), body) == (None, clip())


def test_who_hangs_up_or_speaks_no_http_is_not_spoken_of(served):
    host, port = served.host.split(":")
    head = f"POST {served.path}picks HTTP/1.1\r\nHost: {served.host}\r\nOrigin: {served.origin}\r\n"
    begun = f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n[".encode()
    for sent in (begun, b"\x16\x03\x01 is TLS\r\n\r\n", begun.replace(b"100", b"-1")):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            while connection.recv(4096):
                pass
    assert served.ask()[0].status == 200
    assert served.end()[2] == ""
