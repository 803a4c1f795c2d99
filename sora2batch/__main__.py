"""``python -m sora2batch`` and the ``sora2batch`` command."""

from __future__ import annotations

from sora2batch.cli.main import main

if __name__ == "__main__":
    main()
