"""What `doctor` finds out about editors: is the schema beside manifests of this version and these tools?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sora2batch.app.checks.check import Check
from sora2batch.app.editor.editor_schema import SCHEMA_NAME, editor_schema_text
from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.plainfile import read_plain_file, reason


def check_editor(folder: Path, catalog: Catalog) -> Iterator[Check]:
    """Look at the schema, if there is one."""
    path = folder / SCHEMA_NAME
    try:
        found = read_plain_file(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        yield Check.note("editor", f"{path}: {reason(error)}")
        return
    if found.replace(b"\r\n", b"\n") == editor_schema_text(catalog).encode():
        yield Check.fine("editor", f"{path} knows {len(catalog.tools)} tools")
    else:
        message = (
            f"{path} is of another version or of other tools: `sora2batch schema manifest` prints today's"
        )
        yield Check.note("editor", message)
