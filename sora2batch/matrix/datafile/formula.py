"""What a spreadsheet writes into a cell whose formula went wrong."""

from __future__ import annotations

import re

_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!)|Err:5[0-9]{2}")
_IN_BYTES = re.compile(_ERROR.pattern.encode())


def holds_formula_error(content: bytes) -> bool:
    """Tell whether a file may have such a cell; asked once a file."""
    return _IN_BYTES.search(content) is not None


def is_formula_error(cell: str) -> bool:
    """Tell whether a cell is nothing but such an error."""
    return _ERROR.fullmatch(cell.strip()) is not None
