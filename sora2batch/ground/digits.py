"""Whole numbers: how large they may be, and as people write them, read without a guess."""

from __future__ import annotations

import re
from unicodedata import normalize

_THOUSAND = 1000
SAFE_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader takes as it is (RFC 7493, 2.2)."""

_GROUPED = r"[+]?[0-9]{1,3}(?P<mark>[,._' \u00a0\u2009\u202f\u2019])[0-9]{3}(?:(?P=mark)[0-9]{3})*"
_PLAIN = r"[+]?[0-9]+"
_ZEROS = r"(?P<number>.+)[.,]0{1,2}"
_UNIT = r"(?i)(?:[$€£]\s?(?P<after>.+))|(?:(?P<before>.+?)\s?(?:credits?|cr))"
_THOUSANDS = r"(?i)(?P<number>[0-9]{1,9})\s?k"


def plain_digits(text: str) -> int | None:
    """Tell which whole number is meant by ``12,000``, ``12.000``, ``12 000``, ``12k`` or ``12000 credits``.

    None where it could be another: ``12,5``, ``1.5``.
    """
    text = text.strip()
    if not text.isascii():
        text = normalize("NFKC", text)
    if unit := re.fullmatch(_UNIT, text):
        text = (unit["after"] or unit["before"]).strip()
    if thousands := re.fullmatch(_THOUSANDS, text):
        return _safe(f"{thousands['number']}000")
    if re.fullmatch(_GROUPED, text) or re.fullmatch(_PLAIN, text):
        return _safe(re.sub("[^0-9]", "", text))
    if (whole := re.fullmatch(_ZEROS, text)) and re.fullmatch(_GROUPED, whole["number"]):
        return _safe(re.sub("[^0-9]", "", whole["number"]))
    return None


def _safe(digits: str) -> int | None:
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= 15 and int(significant) <= SAFE_INTEGER else None


def digits_hint(value: float) -> str:
    """Say what to write instead of a whole amount with a point or an exponent in it, which may be misread."""
    whole = int(value)
    if whole and whole < _THOUSAND:
        return f"write {whole}, or {whole * _THOUSAND} if the point separates thousands"
    return f"write {whole}"
