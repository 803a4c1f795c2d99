"""The rules: measurements become findings. They hold back: who is alarmed for nothing looks at no badge.

What is black, still and silent follows ffmpeg's ``blackdetect``, ``freezedetect`` and ``silencedetect``; how
much of it is a finding is more than what is made on purpose: a fade, a pause, an end card.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from sora2batch.clipcheck.clip_finding import ClipFinding, ClipFindings, Expected, FindingKind
from sora2batch.clipcheck.measurement import FilmMeasurement, StillMeasurement

_MOST_OF_IT = 0.5
"""Half a clip: fades and end cards take a second or two of ten."""
_LEAST_FROZEN = 2.0
"""Seconds; as in ``freezedetect``."""
_SILENCE = 0.001
"""-60 dB, as in ``silencedetect``: a quiet room is louder."""
_SLACK_SECONDS, _SLACK = 0.5, 0.05
"""Models make 9.97 s of 10, and 4.8 of 5: nobody misses these frames."""
_SHAPE_SLACK = 0.08
"""4:3 is 12 % from 3:2. Models that work in blocks of 64 pixels are up to 4 % off."""
_PICTURE_SLACK = 0.16
"""Who follows a picture takes the nearest of a few shapes: 3:2 may come as 4:3, never as 1:1."""
_BAD_SHARE = 0.02
"""One bad frame is nothing that anybody sees."""
_ASPECT = re.compile(r"(\d+(?:\.\d+)?)([:x])(\d+(?:\.\d+)?)")


def judge_film(found: FilmMeasurement, expected: Expected) -> ClipFindings:
    """Say what somebody should look at in a clip."""
    if not found.frames:
        return (_unreadable(found.fault or "there is no picture in it"),)
    reasons = {
        FindingKind.BLACK: _black(found),
        FindingKind.FROZEN: _frozen(found),
        FindingKind.SILENT: _silent(found, expected),
        FindingKind.SHORT: _short(found, expected),
        FindingKind.SHAPE: _shape(found.width, found.height, expected.aspect),
        FindingKind.TRUNCATED: _truncated(found),
    }
    return tuple(_findings(reasons))


def judge_still(found: StillMeasurement, expected: Expected) -> ClipFindings:
    """Say what somebody should look at in a picture."""
    reasons = {
        FindingKind.BLACK: found.colour and f"one colour all over, {found.colour}",
        FindingKind.SHAPE: _shape(found.width, found.height, expected.aspect),
        FindingKind.TRUNCATED: found.fault and f"cannot be decoded: {found.fault}",
    }
    return tuple(_findings(reasons))


def _findings(reasons: dict[FindingKind, str | None]) -> Iterator[ClipFinding]:
    for kind, reason in sorted(reasons.items()):
        if reason:
            yield ClipFinding(kind, reason)


def _unreadable(reason: str) -> ClipFinding:
    return ClipFinding(FindingKind.TRUNCATED, f"cannot be decoded: {reason}")


def _black(found: FilmMeasurement) -> str | None:
    return _most("black", found.black_seconds, found.decoded_seconds)


def _frozen(found: FilmMeasurement) -> str | None:
    if found.frozen_seconds < _LEAST_FROZEN:
        return None
    return _most("nothing moves", found.frozen_seconds, found.decoded_seconds)


def _most(what: str, seconds: float, whole: float) -> str | None:
    if seconds <= 0 or seconds < whole * _MOST_OF_IT:
        return None
    return f"{what} for {seconds:.1f} of {whole:.1f} s"


def _silent(found: FilmMeasurement, expected: Expected) -> str | None:
    if not expected.sound:
        return None
    if found.peak is None:
        return "no sound"
    if found.peak > _SILENCE:
        return None
    if found.peak <= 0:
        return "silent from beginning to end"
    return f"silent: never above {20 * math.log10(found.peak):.0f} dB"


def _short(found: FilmMeasurement, expected: Expected) -> str | None:
    seconds = found.decoded_seconds if found.promised_seconds is None else found.promised_seconds
    if expected.seconds is None or not _is_less(seconds, expected.seconds):
        return None
    return f"{seconds:.1f} s instead of {expected.seconds:g} s"


def _truncated(found: FilmMeasurement) -> str | None:
    promised = found.promised_seconds
    if promised is not None and _is_less(found.decoded_seconds, promised):
        return f"only {found.decoded_seconds:.1f} of {promised:.1f} s can be decoded"
    if found.bad_frames > 1 and found.bad_frames > found.frames * _BAD_SHARE:
        return f"{found.bad_frames:,} of {found.frames:,} frames cannot be decoded"
    return None


def _is_less(seconds: float, whole: float) -> bool:
    return seconds < whole - max(_SLACK_SECONDS, whole * _SLACK)


def _shape(width: int, height: int, aspect: str | None) -> str | None:
    asked = _ASPECT.fullmatch(aspect or "")
    if asked is None or width < 1 or height < 1:
        return None  # "auto", and whatever else is no shape
    across, sign, down = float(asked[1]), asked[2], float(asked[3])
    if not across or not down:
        return None
    slack = _PICTURE_SLACK if sign == "x" else _SHAPE_SLACK
    if abs(math.log(width / height) - math.log(across / down)) <= math.log1p(slack):
        return None
    like = f"the shape of the picture, {aspect}" if sign == "x" else aspect
    return f"{width}x{height} instead of {like}"
