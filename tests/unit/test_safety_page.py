from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "safety.md"


def test_every_test_that_the_page_on_safety_names_exists():
    named = set(re.findall(r"`(test_\w+|Test\w+)`", PAGE.read_text(encoding="utf-8")))
    written = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    known = set(
        re.findall(r"^(?:async )?def (test_\w+)|^(?:class )?(Test\w+)(?: =|:)", written, re.MULTILINE)
    )
    assert named
    assert named <= {name for pair in known for name in pair}


def test_every_invariant_has_its_row_of_tests():
    text = PAGE.read_text(encoding="utf-8")
    invariants = re.findall(r"^(\d+)\. \*\*", text, re.MULTILINE)
    assert invariants
    assert re.findall(r"^\| (\d+) \| `", text, re.MULTILINE) == invariants
