"""Names of files and words are UTF-8 in every locale, as for git and as for every Python from 3.15 on.

Python takes its encoding from the locale, once, before the first line of a program. Where that is not UTF-8
the files of a job ``héro`` would have no name, or on each machine another one.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_UTF8_MODE = ("-X", "utf8")


def begin_again_in_utf8() -> None:
    """Have Python begin anew in its UTF-8 mode, in this process, where it began in another encoding."""
    if sys.flags.utf8_mode or sys.getfilesystemencoding() == "utf-8":
        return
    if not sys.executable or hasattr(sys, "frozen"):  # packed in one file, which takes no options of Python
        return
    with suppress(OSError):  # it goes on as it is
        os.execv(sys.executable, [sys.executable, *_UTF8_MODE, *sys.orig_argv[1:]])  # noqa: S606
