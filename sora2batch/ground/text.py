"""What stands in a line of ours: counted things, and strangers' texts - prompts, errors, URLs - made fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_READ_AHEAD = 4
_PASSWORD = re.compile(r"""://(?:[^/?#@"]*|[^/?#@"\s:]*:(?!\d{1,5}[/"])[^@"\s]*)@""")
"""A secret key may have a slash in it; what looks like a port is none."""
_COMMAND = re.compile(r"((?:^|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*)::")
_QUERY = re.compile(r'\?(?:\\.|[^"\\])*')


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write ``1 job`` or ``3 jobs``; the plural is given where it takes more than an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def one_line(text: str, room: int) -> str:
    """Write a text on one line, without control or direction characters, cut at ``room`` characters."""
    if len(text) <= room and text.isprintable():
        return text
    # More than enough is cut before the work, so that a huge text costs nothing.
    printable = "".join(one if one.isprintable() else " " for one in text[: _READ_AHEAD * room])
    line = " ".join(printable.split())
    return line if len(line) <= room else f"{line[: room - 1].rstrip()}…"


def shortened(text: str, room: int) -> str:
    """Cut a text at ``room`` characters, as it stands."""
    return text if len(text) <= room else f"{text[: room - 1]}…"


def without_secrets(text: str) -> str:
    """Blank out of the URLs in a text, or a JSON text, what no message may repeat: passwords, queries."""
    if "://" not in text:
        return text
    return _QUERY.sub("?…", _PASSWORD.sub("://…@", text))


def listed(choices: Iterable[object]) -> str:
    """Write choices as ``"16:9", "9:16"``, the way messages show what is allowed."""
    return ", ".join(f'"{visible(choice)}"' if isinstance(choice, str) else str(choice) for choice in choices)


def either(texts: Sequence[str]) -> str:
    """Write alternatives as ``a, b or c``."""
    return " or ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def visible(text: str) -> str:
    r"""Write out what nobody sees, such as a zero-width space, as ``\u200b``."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def without_workflow_commands(text: str) -> str:
    """Spell what a runner of GitHub Actions takes for a command in a log, so that it is none."""
    harmless = text.replace("##[", "## [")
    return _COMMAND.sub(r"\1: :", harmless) if "::" in harmless else harmless


def readable(text: str) -> str:
    """Spell what is no Unicode, such as a file name of other bytes, with backslashes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
