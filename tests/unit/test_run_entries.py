from __future__ import annotations

import pytest

from sora2batch.run.entries import error_note
from sora2batch.sjinn.answer import Refusal


@pytest.mark.parametrize(("code", "kept"), [(42, 42), ("E1", "E1"), (None, None), (10**30, str(10**30))])
def test_an_error_code_is_kept_in_a_form_that_json_can_carry(code, kept):
    assert error_note(Refusal(code=code, message="no")).code == kept
