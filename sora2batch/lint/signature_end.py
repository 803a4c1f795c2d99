"""Until when a signed URL works, as its own query says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit


def signature_end(url: str) -> datetime | None:
    """Read the end out of a URL that S3, Google Cloud, CloudFront or Azure signed; None of any other."""
    try:
        pairs = parse_qs(urlsplit(url).query)
        query = {name.lower(): values[0] for name, values in pairs.items()}
        for maker in ("x-amz", "x-goog"):
            if f"{maker}-expires" in query:
                begin = datetime.strptime(query[f"{maker}-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                return begin + timedelta(seconds=int(query[f"{maker}-expires"]))
        if "expires" in query and "signature" in query:
            return datetime.fromtimestamp(int(query["expires"]), UTC)
        if "se" in query and "sig" in query:
            end = datetime.fromisoformat(query["se"])
            return end if end.tzinfo else end.replace(tzinfo=UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return None
