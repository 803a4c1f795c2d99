"""Pictures of the user's own, sent: through a bucket, to an API that fetches them, and in a trial."""

from __future__ import annotations

import html
import json
import sys
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from urllib.request import urlopen

import pytest
from PIL import Image

from fakes.answering_server import HangUp, Raw, Received, Reply, answering_thread, envelope
from fakes.campaign import tools_dir
from fakes.rig import Memory
from fakes.s3_server import BUCKET, SECRETS, s3_environ, s3_requests, s3_server
from fakes.service import PRICE, TOOL, Service
from fakes.threaded_api import RICH
from sora2batch.app.backend.backend import Backend, NoApi
from sora2batch.app.batch.loader import BatchLoader
from sora2batch.app.execution.input_access import open_input_urls
from sora2batch.catalog.catalog import load_catalog
from sora2batch.cli.main import main
from sora2batch.ground.clock import SystemClock, to_timestamp
from sora2batch.run.event import Deferred
from sora2batch.run.input_urls import urls_or_deferral
from sora2batch.simulator.fault import Fault, FaultKind
from sora2batch.store.cloud_client import StoreTimeouts
from sora2batch.store.make import open_store

pytestmark = pytest.mark.xdist_group("store servers")
KEY = "sk-never-to-be-seen"
TOKEN = b64encode(sha256(b"session").digest() * 8).decode()
HASTY = StoreTimeouts(connect=1.0, retry=1.0, first_wait=0.01, longest_wait=0.02, tries=2, answer=2.0)
MANIFEST = """\
version: 1
tool: {tool}
budget: {{max_credits: 100000}}
jobs:
  hero:
    matrix: {{picture: {{from: "images/*.jpg"}}}}
    input: {{prompt: "{words} {{{{ picture.stem }}}}", image: "{{{{ picture.path }}}}"}}
run: {{poll_interval: 0.05, submit_concurrency: 1, timeout: {timeout}}}
store: {{url: "{store}"}}
"""


def jpeg(name: bytes, kind: str = "JPEG") -> bytes:
    """A picture as unlike all others as its name."""
    target = BytesIO()
    Image.new("RGB", (8, 8), tuple(sha256(name).digest()[:3])).save(target, kind)
    return target.getvalue()


def png(name: bytes) -> bytes:
    return jpeg(name, "PNG")


@pytest.fixture(scope="module")
def endpoint():
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(endpoint, monkeypatch, tmp_path):
    """A store with credentials of every kind in the environment; each test has a prefix of its own."""
    for name, value in s3_environ(endpoint, AWS_SESSION_TOKEN=TOKEN).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(open_store.__kwdefaults__, "timeouts", HASTY)
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture
def campaign(folder, monkeypatch):
    """Pictures in a folder and a manifest that sends each of them."""
    monkeypatch.setenv("SORA2BATCH_TOOLS_DIR", str(tools_dir(folder)))
    monkeypatch.setenv("SJINN_API_KEY", KEY)
    (folder / "images").mkdir()

    def write(store: str = "", *pictures: str, words: str = "A", timeout: int = 1800) -> str:
        for name in pictures:
            (folder / "images" / name).write_bytes(jpeg(name.encode()))
        text = MANIFEST.format(tool=TOOL, store=store, words=words, timeout=timeout)
        (folder / "small.yaml").write_text(text if store else text.rpartition("store:")[0])
        return "small.yaml"

    return write


@pytest.fixture
def service(folder, monkeypatch):
    with Service(tools_dir(folder), speed=1000.0) as service:
        monkeypatch.setenv("SORA2BATCH_API_URL", service.url)
        yield service


def puts(requests) -> list[str]:
    return [one.target.partition("?")[0] for one in requests if one.method == "PUT"]


def object_path(bucket: str, data: bytes, suffix: str) -> str:
    digest = sha256(data).hexdigest()
    return f"/{bucket.removeprefix('s3://')}/sha256/{digest[:2]}/{digest}{suffix}"


def test_each_picture_goes_up_once_and_its_url_is_looked_at_before_the_api_gets_it(
    campaign, bucket, service, call, folder
):
    manifest = campaign(bucket, "fox.jpg", "same.jpg")
    (folder / "images/same.jpg").write_bytes(jpeg(b"fox.jpg"))
    (folder / "images/owl.jpg").write_bytes(png(b"owl"))
    with s3_requests() as requests:
        assert call("run", manifest, "--yes", "--no-download").code == 0
    fox, owl = object_path(bucket, jpeg(b"fox.jpg"), ".jpg"), object_path(bucket, png(b"owl"), ".png")
    assert sorted(puts(requests)) == sorted([fox, owl])
    assert len(service.created) == 3
    looked = {one.target: one.at for one in reversed(requests) if one.method == "GET" and one.status == 200}
    for created in service.created:
        parts = urlsplit(created.input["image"])
        assert 0 <= created.at - looked[unquote(f"{parts.path}?{parts.query}")] < 60
        assert parts.path == (owl if created.input["prompt"] == "A owl" else fox)
        assert parse_qs(parts.query)["X-Amz-Expires"] == ["7200"]
        with urlopen(created.input["image"]) as answer:
            assert answer.headers["Content-Type"] == ("image/png" if parts.path == owl else "image/jpeg")
            assert answer.read() == (png(b"owl") if parts.path == owl else jpeg(b"fox.jpg"))


def test_a_url_is_good_for_seven_days_at_most(campaign, bucket, service, call):
    assert call("run", campaign(bucket, "fox.jpg", timeout=400_000), "--yes", "--no-download").code == 0
    (created,) = service.created
    assert parse_qs(urlsplit(created.input["image"]).query)["X-Amz-Expires"] == ["604800"]


def test_what_is_in_the_bucket_is_not_sent_again(campaign, bucket, service, call, folder):
    names = [f"{number:02}.jpg" for number in range(15)]
    manifest = campaign(bucket, *names[:12])
    with s3_requests() as requests:
        assert call("run", manifest, "--yes", "--no-download").code == 0
        assert len(puts(requests)) == 12
        requests.clear()
        assert call("run", manifest, "--yes", "--no-download").err.startswith("small.yaml: nothing to do")
        assert requests == []
        (folder / "images/00.jpg").rename(folder / "images/moved.jpg")
        campaign(bucket, *names[12:], words="Another")
        assert call("run", manifest, "--yes", "--no-download").code == 0
    new = [object_path(bucket, jpeg(name.encode()), ".jpg") for name in names[12:]]
    assert sorted(puts(requests)) == sorted(new)
    assert len(service.created) == 27


def without_obstore(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("sora2batch.store.")]:
        if "obstore" in Path(sys.modules[name].__file__).read_text():
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "obstore", None)


@pytest.mark.parametrize(
    ("store", "told", "remedy"),
    [
        ("", "no store is configured", "SORA2BATCH_STORE"),
        ("file:///srv/media", "a folder such as file:///srv/media has none", "store.public_url"),
        ("s3://media", "s3://media needs a library that is not installed", "pip install 'sora2batch[store]'"),
    ],
)
def test_where_no_url_can_be_had_nothing_is_asked(
    campaign, bucket, service, call, monkeypatch, store, told, remedy
):
    if store.startswith("s3"):
        without_obstore(monkeypatch)
    ran = call("run", campaign(store, "fox.jpg"), "--yes")
    assert (ran.code, ran.err.count("error:")) == (2, 1)
    assert told in ran.err
    assert remedy in ran.err
    assert not service.calls
    assert not list(Path().glob("*.jsonl"))


def assert_tells_no_secret(folder: Path, said: str, *urls: str) -> None:
    """Neither what was said nor any byte that was written has a key, a credential or a signature."""
    written = [path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()]
    signed = {value for url in urls for pair in parse_qs(urlsplit(url).query).values() for value in pair}
    plain = {KEY, *SECRETS.values(), TOKEN, *(value for value in signed if len(value) > 20)}
    secrets = plain | {quote(one, safe="") for one in plain} | {"X-Amz-", "X-Amz%2D", "Signature="}
    for text in (said, *written):
        assert not [secret for secret in secrets if secret.lower() in text.lower()]


def everything_said(call, manifest: str, *flags: str) -> tuple[int, str]:
    """Call what shows or writes something, a run first; give the run's exit code and all that was said."""
    ran = call("run", manifest, "--yes", "-vv", *flags)
    commands = (
        ["plan", manifest, "--json", "--retry-failed"],
        ["plan", manifest, "--out", "saved.json", "-vv", "--retry-failed"],
        ["status", manifest, "--json"],
        ["status", manifest, "-vv"],
        ["report", manifest, "--sheet", "sheet.png", "-vv"],
        ["verify", manifest, "--json"],
        ["run", manifest, "--yes", "--json", "--retry-failed"],
    )
    said = [ran, *(call(*command, *flags) for command in commands), call("doctor", manifest, "-vv")]
    return ran.code, "".join(one.out + one.err for one in said)


def test_no_signature_and_no_credential_is_in_any_byte_that_is_said_or_written(
    campaign, bucket, service, call, folder
):
    manifest = campaign(bucket, "fox.jpg", "owl.jpg")
    code, said = everything_said(call, manifest)
    assert code == 0
    urls = [created.input["image"] for created in service.created]
    assert all("X-Amz-Signature" in url and quote(TOKEN, safe="") in url for url in urls)
    assert_tells_no_secret(folder, said, *urls)


def denied(_: Received) -> Reply:
    body = (
        f"<Error><Code>AccessDenied</Code><Message>{' '.join([*SECRETS.values(), TOKEN])}</Message></Error>"
    )
    return Reply(status=403, body=body.encode())


def echoed(request: Received) -> Reply:
    """The request's own headers in an error, as some gateways send it."""
    return Reply(status=500, body=f"{request.target} {request.headers}".encode())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (denied, "HTTP 403 (AccessDenied)"),
        (echoed, "HTTP 500"),
        (lambda _: HangUp(), "no answer from 127.0.0.1"),
        (lambda _: Raw(b"\x00garbage X-Amz-Signature=abc\r\n\r\n"), "no answer from 127.0.0.1"),
        (lambda _: Reply(status=301, headers={"Location": "https://h/?X-Amz-Signature=1"}), ""),
        (None, "there is no bucket nowhere"),
    ],
)
def test_a_store_that_fails_makes_jobs_wait_and_shows_no_secret(
    campaign, bucket, service, call, folder, monkeypatch, answer, told
):
    if answer is None:
        code, said = everything_said(call, campaign("s3://nowhere", "fox.jpg", "owl.jpg"))
    else:
        with answering_thread(answer) as server:
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
            code, said = everything_said(call, campaign("s3://media/p", "fox.jpg", "owl.jpg"))
    assert code == 4
    assert "postponed: hero/fox: not submitted, nothing was charged: s3://" in said
    assert told in said
    assert service.created == []
    assert not list(Path().glob("*journal*"))
    assert_tells_no_secret(folder, said)


def test_a_store_that_cannot_be_reached_makes_jobs_wait_and_those_with_urls_go_on(
    campaign, bucket, service, call, folder, monkeypatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    manifest = campaign("s3://media/p", "fox.jpg")
    text = Path(manifest).read_text()
    other = '  other: {input: {prompt: by URL, image: "https://samples.sora2batch.example/a.jpg"}}\n'
    Path(manifest).write_text(text.replace("run:", f"{other}run:"))
    code, said = everything_said(call, manifest)
    assert code == 4
    assert [one.input["prompt"] for one in service.created] == ["by URL"]
    assert service.spent == PRICE
    assert_tells_no_secret(folder, said)


@pytest.mark.parametrize("url", ["s3://AKIA:{}@media", "s3://media/p?X-Amz-Signature={}", "https://u:{}@h"])
def test_a_store_that_is_named_with_a_secret_is_refused_and_not_shown(
    campaign, folder, monkeypatch, capfd, url
):
    """By the environment, then by the manifest, whose own bytes are the user's; with tracebacks."""
    url = url.format(SECRETS["AWS_SECRET_ACCESS_KEY"])
    for manifest, environ in ((campaign("", "fox.jpg"), url), (campaign(url), "")):
        monkeypatch.setenv("SORA2BATCH_STORE", environ)
        for arguments in (["plan", "--simulate"], ["push", "--simulate"], ["push"], ["run", "--yes"]):
            monkeypatch.setattr(sys, "argv", ["sora2batch", arguments[0], manifest, *arguments[1:], "-vv"])
            with pytest.raises(SystemExit):
                main()
            assert_tells_no_secret(folder / "images", "".join(capfd.readouterr()))


def forms_of(url: str) -> str:
    """A URL as an error might quote it."""
    return " ".join([url, json.dumps(url), quote(url, safe=""), html.escape(url), url.partition("?")[2]])


def charge_of(task_id: str) -> dict[str, object]:
    """A line of the ledger, just now."""
    now = to_timestamp(SystemClock().now())
    row = {"id": task_id, "task_id": task_id, "task_type": f"tool_{TOOL}"}
    return {**row, "cost_credits": PRICE, "create_time": now}


def echoing(call_that_fails: str):
    """An API that takes pictures for text, and says so with all of it."""
    urls: list[str] = []

    def answer(request: Received) -> Reply:
        name = request.target.partition("?")[0].rpartition("/")[2]
        if name == "query_account_status":
            return Reply(body=RICH[1].encode())
        if name == "create_tool_task":
            urls.append(request.json["input"]["image"])
            if call_that_fails == name:
                message = f"cannot fetch {forms_of(urls[-1])}"
                return Reply(body=envelope(success=False, code=7, message=message))
            return Reply(body=envelope({"task_id": f"t-{len(urls)}"}))
        if name == "query_tool_task_status":
            task = json.loads(request.body)["task_id"] if request.body else request.target.rpartition("=")[2]
            message = f"cannot fetch {forms_of(urls[int(task[2:]) - 1])}"
            data = {"task_id": task, "status": -1, "error": message, "error_msg": message}
            return Reply(body=envelope(data, message=message))
        rows = [charge_of(f"t-{number}") for number, _ in enumerate(urls, 1)]
        return Reply(body=envelope({"records": rows, "next_cursor": None}))

    return answer, urls


@pytest.mark.parametrize("failing", ["create_tool_task", "query_tool_task_status"])
def test_an_api_that_quotes_the_whole_url_in_its_error_is_not_quoted(
    campaign, bucket, call, folder, monkeypatch, failing
):
    answer, urls = echoing(failing)
    with answering_thread(answer) as api:
        monkeypatch.setenv("SORA2BATCH_API_URL", f"{api.url}/api/un-api")
        code, said = everything_said(call, campaign(bucket, "fox.jpg"))
    assert code == 1
    assert urls
    assert "cannot fetch" in said
    assert_tells_no_secret(folder, said, *urls)


@pytest.mark.parametrize("kind", [FaultKind.INPUT_GONE, FaultKind.INPUT_FORBIDDEN, FaultKind.INPUT_EXPIRED])
def test_a_picture_that_the_api_cannot_fetch_fails_its_job_after_the_charge(
    campaign, bucket, call, folder, monkeypatch, kind
):
    faults = [Fault(kind=kind, rate=1.0)]
    with Service(tools_dir(folder), faults=faults) as service:
        monkeypatch.setenv("SORA2BATCH_API_URL", service.url)
        code, said = everything_said(call, campaign(bucket, "fox.jpg"))
    assert code == 1
    assert f"could not be fetched: HTTP {404 if kind is FaultKind.INPUT_GONE else 403}" in said
    assert service.spent >= PRICE
    assert_tells_no_secret(folder, said, *(one.input["image"] for one in service.created))


def test_in_a_trial_pictures_go_to_a_folder_or_a_bucket_here_and_to_none_elsewhere(
    campaign, bucket, call, folder, monkeypatch
):
    media = folder / "media"
    assert call("run", campaign(media.as_uri(), "fox.jpg"), "--simulate").code == 0
    data = jpeg(b"fox.jpg")
    assert [path.read_bytes() for path in media.rglob("*.jpg")] == [data]
    assert [path.stem for path in media.rglob("*.jpg")] == [sha256(data).hexdigest()]
    with s3_requests() as requests:
        code, said = everything_said(call, campaign(bucket, words="Two"), "--simulate")
        assert code == 0
        assert_tells_no_secret(folder, said)
        assert [path for path in puts(requests) if path.endswith(".jpg")] == [
            object_path(bucket, data, ".jpg")
        ]
        requests.clear()
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        ran = call("run", campaign(bucket, words="Three"), "--simulate")
        assert (ran.code, requests) == (0, [])
    assert f"notice: a simulated run does not touch {bucket}" in ran.err


def test_in_a_trial_without_a_store_the_picture_is_what_the_result_begins_with(campaign, call, folder):
    assert call("run", campaign("", "fox.jpg"), "--simulate").code == 0
    (path,) = (path for path in folder.glob("out/**/*") if path.is_file())
    with Image.open(path) as result, Image.open(folder / "images/fox.jpg") as sent:
        middle = result.convert("RGB").getpixel((result.width // 2, result.height // 2))
        assert middle == pytest.approx(sent.convert("RGB").getpixel((4, 4)), abs=16)


@pytest.mark.parametrize(("host", "told"), [("api.example", "is plain http"), ("127.0.0.1:80", None)])
async def test_an_api_elsewhere_is_not_given_a_url_on_this_machine(campaign, bucket, folder, host, told):
    catalog = load_catalog([tools_dir(folder)])
    batch = BatchLoader(catalog=catalog).load(Path(campaign(bucket, "fox.jpg")))
    (job,) = batch.expansion.jobs
    heard = Memory()
    backend = Backend(api=NoApi(), fetcher=None, clock=SystemClock(), host=host)
    async with open_input_urls(batch, [job], backend, heard) as urls:
        sent = await urls_or_deferral(job, urls, heard)
    assert (sent is None) == (told is not None)
    assert [told in one.message for one in heard.of(Deferred)] == ([True] if told else [])
