"""One finished file, from its path to what somebody should look at in it."""

from __future__ import annotations

import os
from pathlib import Path

from sora2batch.catalog.tool import Kind
from sora2batch.clipcheck.clip_finding import ClipFindings, Expected, NotChecked, UncheckableError
from sora2batch.clipcheck.clip_rules import judge_film, judge_still
from sora2batch.clipcheck.film import measure_film
from sora2batch.clipcheck.still_picture import measure_still
from sora2batch.ground.plainfile import open_plain_file
from sora2batch.media.sniff import HEAD_BYTES, HEIC, sniff


def examine(path: Path, expected: Expected) -> ClipFindings | NotChecked:
    """Decode a file, in part, and judge it. It may be hostile: ``ClipChecker`` has processes for that."""
    try:
        with os.fdopen(open_plain_file(path), "rb") as stream:
            found = sniff(stream.read(HEAD_BYTES))
            stream.seek(0)
            mime = found.mime if found else ""
            if found is HEIC:
                return NotChecked("nothing here can decode it")
            if mime.startswith("image/") and (expected.kind is Kind.IMAGE or mime != "image/gif"):
                return judge_still(measure_still(stream), expected)
            if mime.startswith("audio/"):
                return NotChecked("it is sound alone")
            return judge_film(measure_film(stream), expected)
    except OSError as error:
        return NotChecked(error.strerror or "it cannot be read")
    except UncheckableError as error:
        return NotChecked(str(error))
    except MemoryError:
        return NotChecked("it asks for more memory than a check may have")
