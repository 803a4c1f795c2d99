"""A URL that opens an object to whoever has it: kept where no log, traceback or file picks it up."""

from __future__ import annotations

import json
from typing import NoReturn
from urllib.parse import quote, unquote, urlsplit

_MASK = "***"
_SHORTEST_SECRET = 8
"""Characters; shorter values of a query, such as ``s3`` or ``3600``, would be found in many a text."""


class SignedUrl:
    """A URL that shows itself only to who calls ``reveal``; a public one is kept in the same way."""

    __slots__ = ("_forms", "_url")

    def __init__(self, url: str) -> None:
        self._url = url
        self._forms = _forms_of(url)

    def reveal(self) -> str:
        """Hand out the URL itself, for the API's call and the check before it, and nothing else."""
        return self._url

    def redact(self, text: str) -> str:
        """Replace the URL, its query and the secrets in it by three stars, however they are escaped."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        return text

    def __repr__(self) -> str:
        return f"SignedUrl({_MASK})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signed URL is not to be pickled or copied into a file")


def _forms_of(url: str) -> tuple[str, ...]:
    """List the URL and what is secret in it, as they might be written, the longest first."""
    query = urlsplit(url).query
    if not query:
        return ()
    values = {pair.partition("=")[2] for pair in query.split("&")}
    plain = {unquote(value) for value in values}
    secrets = {one for one in values | plain if len(one) >= _SHORTEST_SECRET}
    forms = {url, query} | secrets
    forms |= {quote(form, safe="") for form in forms}
    forms |= {json.dumps(form)[1:-1] for form in forms}
    forms |= {form.replace("&", r"\u0026") for form in forms} | {form.replace("&", "&amp;") for form in forms}
    # Or else a short form would leave the tail of a long one behind.
    return tuple(sorted(forms, key=len, reverse=True))
