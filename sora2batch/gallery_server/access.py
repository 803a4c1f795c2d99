"""Who may ask: only a page of ours in a browser of the person who was told the address.

Anybody on this machine can connect to a loopback port, and any web page can have a browser do so.

- The address holds a random token. It is compared in constant time; without it nothing exists here.
- The host that is asked must be a name of this machine: a site that has its own name lead here, which is
  called DNS rebinding, is refused before anything else is looked at.
- Whatever a browser says of where a request comes from (``Origin``, ``Sec-Fetch-*``) must be this server.
  Only the page itself may be opened from elsewhere: by a person, or the file that opens it.
- Writing needs an ``Origin``, which no link, picture or plain form of another site can give.
"""

from __future__ import annotations

from enum import Enum
from hmac import compare_digest
from secrets import token_urlsafe
from typing import NamedTuple

from sora2batch.ground.loopback import is_loopback

_TOKEN_BYTES = 32
_OWN_SITES = frozenset({None, "same-origin", "none"})


class Denial(Enum):
    """Why a request is not answered: the HTTP status and what is said."""

    FOREIGN_HOST = (403, "this server answers to names of this machine only")
    NO_TOKEN = (404, "nothing is here: open the address that `sora2batch report --serve` has printed")
    FOREIGN_PAGE = (403, "another site may not ask this server")
    METHOD = (405, "this cannot be done here")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def words(self) -> str:
        """For whoever looks."""
        return self.value[1]


class RequestHead(NamedTuple):
    """Of a request what tells who asks."""

    method: str
    path: str
    """As it was sent: ``/TOKEN/results/a.mp4``."""
    host: str | None = None
    origin: str | None = None
    site: str | None = None
    """``Sec-Fetch-Site``."""
    mode: str | None = None
    """``Sec-Fetch-Mode``."""
    dest: str | None = None
    """``Sec-Fetch-Dest``."""

    @property
    def token(self) -> str:
        """The first part of the path."""
        return self.path.split("/")[1] if "/" in self.path else ""

    @property
    def place(self) -> str:
        """What is asked for behind the token, letter by letter as it was sent; empty for the page itself."""
        return self.path.partition("?")[0].partition("/")[2].partition("/")[2]

    @property
    def opens_page(self) -> bool:
        """Tell whether a browser loads the page into a tab of its own."""
        return self.method == "GET" and not self.place and (self.mode, self.dest) == ("navigate", "document")


def new_token() -> str:
    """Make a secret that nobody guesses."""
    return token_urlsafe(_TOKEN_BYTES)


def denial_of(head: RequestHead, token: str) -> Denial | None:
    """Decide about a request; None lets it pass."""
    if not _is_here(head.host):
        return Denial.FOREIGN_HOST
    if not compare_digest(head.token.encode("utf-8", "surrogateescape"), token.encode()):
        return Denial.NO_TOKEN
    if head.method not in {"GET", "HEAD", "POST"}:
        return Denial.METHOD
    if _is_foreign(head):
        return Denial.FOREIGN_PAGE
    return None


def _is_here(host: str | None) -> bool:
    """Tell whether a ``Host`` is a name of this machine, with any port: there may be a tunnel on the way."""
    if not host:
        return False
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, ""
    return (not port or port.isdecimal()) and is_loopback(name.removeprefix("[").removesuffix("]"))


def _is_foreign(head: RequestHead) -> bool:
    is_own = head.origin == f"http://{head.host}"
    if head.method == "POST" or head.origin is not None:
        return not is_own or head.site not in _OWN_SITES
    return head.site not in _OWN_SITES and not head.opens_page
