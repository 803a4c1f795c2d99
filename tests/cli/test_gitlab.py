"""The pipeline for GitLab that is shown: its scripts, with real curl against the notes of a merge request."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from fakes.repository import commit, git

ROOT = Path(__file__).parents[2]
PIPELINE = ROOT / "docs/ci/gitlab-ci.yml"
BIN = Path(sys.executable).parent
NOTES = "/api/v4/projects/5/merge_requests/7/notes"


class Notes(ThreadingHTTPServer):
    """The notes of one merge request; a page of them, newest first, as the API gives them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Notes

    def do_GET(self) -> None:
        assert self.headers["PRIVATE-TOKEN"] == "token"
        assert self.path == f"{NOTES}?per_page=100"
        found = [{"id": number, "body": body} for number, body in enumerate(self.server.bodies)]
        self._answer(200, found[::-1])

    def do_POST(self) -> None:
        assert self.path == NOTES
        self.server.bodies.append(self._body())
        self._answer(201, {})

    def do_PUT(self) -> None:
        self.server.bodies[int(self.path.removeprefix(f"{NOTES}/"))] = self._body()
        self._answer(200, {})

    def _body(self) -> str:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = BytesParser(policy=HTTP).parsebytes(head + data).iter_parts()
        assert part.get_param("name", header="content-disposition") == "body"
        return part.get_payload(decode=True).decode()

    def _answer(self, status: int, document: object) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def notes() -> Iterator[Notes]:
    server = Notes()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def call_script(lines: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the lines of a job as GitLab's runner does: one script, which ends at the first line that fails."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-eo", "pipefail", "-c", "\n".join(lines)]
    return subprocess.run(
        command, env=os.environ | environment | {"PATH": path}, capture_output=True, text=True, check=False
    )


def test_a_plan_is_one_note_that_is_renewed(notes, manifest, folder):
    if shutil.which("curl") is None and "SORA2BATCH_NOTHING_SKIPPED" not in os.environ:
        pytest.skip("no curl here")
    commit(folder)
    script = yaml.safe_load(PIPELINE.read_text())["plan"]["script"]
    variables = {
        "MANIFEST": "small.yaml",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(folder, "rev-parse", "HEAD").strip(),
        "CI_API_V4_URL": f"http://127.0.0.1:{notes.server_port}/api/v4",
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": "token",
    }
    notes.bodies.append("looks good")
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "[fox, owl, cat]"))
    ran = call_script(script, **variables)
    assert ran.returncode == 0, ran.stderr
    assert len(notes.bodies) == 2
    assert "| added | `hero/cat` | +420 |" in notes.bodies[1]
    manifest.write_text(manifest.read_text().replace("max_credits: 5000", "max_credits: 1"))
    ran = call_script(script, **variables)
    assert ran.returncode == 3
    assert len(notes.bodies) == 2
    assert "**over budget by 1,259**" in notes.bodies[1]
    manifest.write_text("jobs: [")
    ran = call_script(script, **variables)
    assert ran.returncode == 2
    assert len(notes.bodies) == 2


def test_the_pipeline_fits_the_schema_of_gitlab():
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    command += ["--data-transform", "gitlab-ci", PIPELINE]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
