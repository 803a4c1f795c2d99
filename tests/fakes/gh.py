"""``gh api`` as far as the action calls it: the comments of one pull request, in a file that is GitHub.

It is a program: ``program`` puts it on a path. Pages hold two comments; ``--jq`` is the real jq.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import jq

BOT = "github-actions[bot]"
PULL_REQUEST = {"owner": "studio", "name": "films", "number": 7}
_LONGEST_BODY = 65_536
_PAGE = 2


class GitHub:
    """The comments, and whether this token may write them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            self.save({"may": "write", "comments": []})

    @property
    def state(self) -> dict:
        return json.loads(self._file.read_text())

    def save(self, state: dict) -> None:
        self._file.write_text(json.dumps(state))

    def add(self, author: str, body: str) -> None:
        state = self.state
        number = len(state["comments"])
        state["comments"].append({"id": f"IC_{number}", "author": author, "body": body})
        self.save(state)

    def allow(self, may: str) -> None:
        """Have the token ``write``, ``read`` or do ``nothing``."""
        self.save(self.state | {"may": may})

    @property
    def comments(self) -> list[tuple[str, str]]:
        return [(one["author"], one["body"]) for one in self.state["comments"]]


def program(folder: Path, github: Path) -> None:
    """Put a ``gh`` in a folder that speaks to that GitHub."""
    path = folder / "gh"
    path.write_text(f'#!/bin/sh\nFAKE_GITHUB="{github}" exec "{sys.executable}" "{__file__}" "$@"\n')
    path.chmod(0o755)


def _main(words: list[str]) -> None:
    assert words.pop(0) == "api"
    assert os.environ["GH_TOKEN"]
    github = GitHub(Path(os.environ["FAKE_GITHUB"]))
    method, query, pages, fields, path = "GET", ".", False, {}, ""
    while words:
        match words.pop(0):
            case "--paginate":
                pages = True
            case "--method":
                method = words.pop(0)
            case "--jq":
                query = words.pop(0)
            case "-f":
                name, _, value = words.pop(0).partition("=")
                fields[name] = value
            case "-F":
                name, _, value = words.pop(0).partition("=")
                fields[name] = Path(value[1:]).read_text() if value.startswith("@") else int(value)
            case word:
                path = word
    for answer in _answers(github, method, path, fields, pages=pages):
        for line in jq.compile(query).input(answer).all():
            sys.stdout.write(f"{line}\n")


def _answers(github: GitHub, method: str, path: str, fields: dict, *, pages: bool) -> list[dict]:
    state = github.state
    writes = method == "POST" or "mutation" in fields.get("query", "")
    if state["may"] == "nothing" or (writes and state["may"] != "write"):
        sys.exit("gh: Resource not accessible by integration (HTTP 403)")
    if len(fields.get("body", "")) > _LONGEST_BODY:
        sys.exit("gh: Body is too long (maximum is 65536 characters) (HTTP 422)")
    if method == "POST":
        assert path == "repos/studio/films/issues/7/comments"
        github.add(BOT, fields["body"])
        return [{"html_url": "https://github.example/comment"}]
    assert path == "graphql"
    if writes:
        assert "updateIssueComment(input: {id: $id, body: $body})" in fields["query"]
        (comment,) = [one for one in state["comments"] if one["id"] == fields["id"]]
        comment["body"] = fields["body"]
        github.save(state)
        return [{"data": {"updateIssueComment": {"issueComment": {"url": "https://github.example/comment"}}}}]
    assert {name: fields[name] for name in PULL_REQUEST} == PULL_REQUEST
    assert pages
    assert "after: $endCursor" in fields["query"]
    assert "pageInfo { hasNextPage endCursor }" in fields["query"]
    nodes = [
        # What comes from the web has the line ends of forms.
        {"id": one["id"], "viewerDidAuthor": one["author"] == BOT, "body": one["body"].replace("\n", "\r\n")}
        for one in state["comments"]
    ]
    found = [nodes[at : at + _PAGE] for at in range(0, len(nodes), _PAGE)] or [[]]
    return [{"data": {"repository": {"pullRequest": {"comments": {"nodes": page}}}}} for page in found]


if __name__ == "__main__":
    _main(sys.argv[1:])
