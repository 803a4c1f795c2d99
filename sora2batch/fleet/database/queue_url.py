"""Where the database of a fleet is: a URL whose password no log, message or traceback shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, quote_plus, unquote

from sora2batch.ground.errors import UsageError

QUEUE_VARIABLE = "SORA2BATCH_QUEUE"
FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
"""How such a URL is written."""
DEFAULT_PORT = 5432
_MASK = "***"
_SCHEME = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_PARTS = re.compile(
    r"(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)
"""As libpq takes such a URL apart: a fragment there is not, and the first @ before a / ends the password."""
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._~%-]*)(?::(?P<port>[0-9]*))?")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})|%00")
_SECRET_PARAMETERS = frozenset({"password", "sslpassword", "oauth_client_secret"})
_SHORTEST_TO_FIND = 4
"""Characters; a shorter password counts where it stands as a word of its own."""
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QueueUrl:
    """The URL of a database, which shows its password only to who calls ``reveal``."""

    user: str
    """Empty where it is left to libpq, as with all below."""
    hosts: tuple[str, ...]
    """``host:port`` of each server that may be asked, or the folder of a unix socket."""
    database: str
    origin: str = field(compare=False)
    """Who says so: ``SORA2BATCH_QUEUE``, or a place in a file."""
    _text: str
    _secrets: tuple[str, ...]
    """As they are meant, not percent-encoded."""

    @classmethod
    def parse(cls, text: str, *, origin: str = QUEUE_VARIABLE) -> Self:
        """Read a URL; what stands behind ``?`` counts first, as libpq has it.

        Raises:
            UsageError: it is none of a PostgreSQL database; says who says so, and shows nothing of it.
        """
        text = text.strip()
        scheme = _SCHEME.match(text)
        if not scheme:
            raise _unusable(origin, "must start with postgresql://")
        if not text.isprintable() or " " in text:
            raise _unusable(origin, "must not have white space or control characters in it")
        parts = _PARTS.fullmatch(text, scheme.end())
        if not parts or _BAD_ESCAPE.search(text):
            raise _unusable(origin, "has a % that begins no percent-encoded character")
        query = _query_of(parts["query"] or "", origin)
        hosts = query.get("host") or parts["hosts"]
        secrets = (unquote(parts["password"] or ""), *(query.get(name, "") for name in _SECRET_PARAMETERS))
        return cls(
            user=query.get("user") or unquote(parts["user"] or ""),
            hosts=tuple(_places(hosts, query.get("port", ""), origin, is_query="host" in query)),
            database=query.get("dbname") or unquote(parts["database"] or ""),
            origin=origin,
            _text=text,
            _secrets=tuple(dict.fromkeys(filter(None, secrets))),
        )

    @property
    def place(self) -> str:
        """Where the server is, for messages: ``db.example:5432``, or the folder of its socket."""
        return ", ".join(self.hosts) or f"localhost:{DEFAULT_PORT}"

    @property
    def where(self) -> str:
        """Where it is written: ``SORA2BATCH_QUEUE``, or a place in a file, without the setting's name."""
        return self.origin.removesuffix(": queue")

    def reveal(self) -> str:
        """Hand out the whole URL, for the driver and nothing else."""
        return self._text

    def redact(self, text: str) -> str:
        """Take the password out of a text, as it is meant and percent-encoded."""
        spared = (self.user, self.database)
        for secret in self._secrets:
            text = without_password(text, secret, spared)
        return text

    def __str__(self) -> str:
        who = quote(self.user) + (f":{_MASK}" if self._secrets else "")
        at = f"{who}@" if who else ""
        folder = self.hosts[0] if self.hosts and self.hosts[0].startswith("/") else ""
        hosts = "" if folder else ",".join(self.hosts)
        return f"postgresql://{at}{hosts}/{quote(self.database)}" + (f"?host={folder}" if folder else "")

    def __repr__(self) -> str:
        return f"QueueUrl({self})"


def without_password(text: str, password: str, spared: tuple[str, ...] = ()) -> str:
    """Take a password out of a text.

    Args:
        text: any.
        password: as it is meant.
        spared: what stays where it stands for itself, although it is the password too: the user's name, say.
    """
    for form in _forms_of(password):
        if any(form in word for word in (*spared, "postgresql")):
            text = re.sub(rf"(?<=:){re.escape(form)}(?=@)|(?<=password=){re.escape(form)}", _MASK, text)
        elif len(form) < _SHORTEST_TO_FIND:
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", _MASK, text)
        else:
            text = text.replace(form, _MASK)
    return text


def _forms_of(password: str) -> list[str]:
    """Spell a password in every way in which it may be written, the longest first."""
    encoded = {quote(password, safe=""), quote(password), quote_plus(password)}
    lower = {_ESCAPE.sub(lambda match: match[0].lower(), form) for form in encoded}
    return sorted({password} | encoded | lower, key=len, reverse=True)


def _query_of(query: str, origin: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, query.split("&")):
        name, equals, value = pair.partition("=")
        if not equals:
            raise _unusable(origin, "must have NAME=VALUE behind its ?, with & in between")
        found[unquote(name)] = unquote(value)
    return found


def _places(hosts: str, port: str, origin: str, *, is_query: bool) -> list[str]:
    ports = port.split(",") if port else []
    found = []
    for at, one in enumerate(hosts.split(",") if hosts else ()):
        if unquote(one).startswith(("/", "@")):  # the folder of a socket, or an abstract one
            found.append(unquote(one))
            continue
        match = _HOST.fullmatch(f"[{one}]" if is_query and ":" in one else one)
        if not match:
            raise _unusable(origin, "has no usable host and port", _ESCAPES)
        own = match["port"] or (ports[at] if at < len(ports) else ports[0] if len(ports) == 1 else "")
        number = int(own or DEFAULT_PORT) if own.isdigit() or not own else 0
        if not 0 < number <= _HIGHEST_PORT:
            raise _unusable(origin, f"has a port that is not from 1 to {_HIGHEST_PORT}", _ESCAPES)
        found.append(f"{unquote(match['host']) or 'localhost'}:{number}")
    return found


_ESCAPES = f"write {FORM}; in a password / is %2F, @ is %40, : is %3A, ? is %3F, # is %23 and % is %25"


def _unusable(origin: str, told: str, hint: str = f"write {FORM}") -> UsageError:
    return UsageError(f"{origin} {told}", hint=hint)
