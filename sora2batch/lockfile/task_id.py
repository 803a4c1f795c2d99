"""When two task ids name one task."""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def plain_task_id(task_id: str) -> str:
    """Spell an id so that ids of one task are equal: no blanks around it, a UUID in lower case.

    Case counts in any other id: a short one may well differ from its neighbour by nothing else.

    Source: RFC 9562, section 4: UUIDs are compared without regard to case.
    """
    bare = task_id.strip()
    return bare.lower() if _UUID.fullmatch(bare) else bare
