"""Who is answered, and who is not."""

import pytest

from sora2batch.gallery_server.access import Denial, RequestHead, denial_of, new_token

TOKEN = new_token()
HOST = "127.0.0.1:8000"
PAGE = RequestHead(method="GET", path=f"/{TOKEN}/", host=HOST)
CLIP = PAGE._replace(
    path=f"/{TOKEN}/results/hero/fox%232.mp4?x=/y", site="same-origin", mode="no-cors", dest="video"
)
SAVE = PAGE._replace(method="POST", path=f"/{TOKEN}/picks", origin=f"http://{HOST}", site="same-origin")
OPENED = PAGE._replace(site="cross-site", mode="navigate", dest="document")


@pytest.mark.parametrize(
    "head",
    [PAGE, CLIP, SAVE, OPENED, PAGE._replace(site="none"), *(PAGE._replace(host=host) for host in
     ("localhost:9", "127.0.0.1", "[::1]:80", "[::1]"))],
)  # fmt: skip
def test_the_page_and_what_it_asks_for_pass(head):
    assert denial_of(head, TOKEN) is None


@pytest.mark.parametrize(
    ("head", "denial"),
    [
        *((PAGE._replace(host=host), Denial.FOREIGN_HOST) for host in
          (None, "", "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.0.0.1:8000", "127.0.0.1:x", "::1", "localhost@evil.example")),
        *((PAGE._replace(path=path), Denial.NO_TOKEN) for path in
          ("/", "", "*", "//", "/wrong/", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", f"//{TOKEN}/", f"http://{HOST}/{TOKEN}/", "/\udce4/")),
        (SAVE._replace(origin=None), Denial.FOREIGN_PAGE),
        (SAVE._replace(origin="null"), Denial.FOREIGN_PAGE),
        (SAVE._replace(origin="http://127.0.0.1:9"), Denial.FOREIGN_PAGE),
        (SAVE._replace(origin="http://evil.example"), Denial.FOREIGN_PAGE),
        (SAVE._replace(site="same-site"), Denial.FOREIGN_PAGE),
        (CLIP._replace(site="cross-site"), Denial.FOREIGN_PAGE),
        (CLIP._replace(site="same-site"), Denial.FOREIGN_PAGE),
        (CLIP._replace(origin="http://evil.example"), Denial.FOREIGN_PAGE),
        (OPENED._replace(dest="iframe"), Denial.FOREIGN_PAGE),
        (OPENED._replace(path=CLIP.path), Denial.FOREIGN_PAGE),
        *((PAGE._replace(method=method), Denial.METHOD) for method in ("PUT", "DELETE", "OPTIONS", "TRACE")),
    ],
)  # fmt: skip
def test_nobody_else_does(head, denial):
    assert denial_of(head, TOKEN) is denial


def test_a_token_is_long_and_never_the_same():
    assert len({new_token() for _ in range(100)}) == 100
    assert len(TOKEN) >= 43
