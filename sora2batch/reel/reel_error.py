"""What can go wrong with a reel."""

from __future__ import annotations

from sora2batch.ground.errors import ExitCode, Sora2BatchError


class ReelError(Sora2BatchError):
    """No reel can be made of these clips, or the disk did not take it; what was there stands."""

    exit_code = ExitCode.FAILED
