"""A certificate that nobody vouches for."""

from __future__ import annotations

import subprocess
from pathlib import Path


def self_signed(folder: Path) -> Path:
    """Make a key and a certificate for this machine, in one file."""
    pem, certificate = folder / "server.pem", folder / "certificate"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost"
    subprocess.run([*command.split(), "-keyout", pem, "-out", certificate], check=True, capture_output=True)
    pem.write_bytes(pem.read_bytes() + certificate.read_bytes())
    return pem
