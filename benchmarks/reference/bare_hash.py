"""Hash every file of a folder, one after the other, with nothing but hashlib."""

import hashlib
import sys
from pathlib import Path

for path in sorted(Path(sys.argv[1]).iterdir()):
    with path.open("rb") as stream:
        print(hashlib.file_digest(stream, "sha256").hexdigest(), path.name)
