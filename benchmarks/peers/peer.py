"""Three peers: how each is installed, told of a matrix, and asked what it would do.

None of them does quite the same. ``snakemake -n`` and ``dvc repro --dry`` plan and print; promptfoo has no
dry run, so it evaluates with its provider ``echo``, which answers at once.
"""

from __future__ import annotations

import json
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness.process import Command, FailedError, measure
from benchmarks.shape import NAMES

_INSTALL_SECONDS = 600


class Peer(ABC):
    """A program to compare with."""

    name: str

    @abstractmethod
    def install(self, home: Path) -> None:
        """Install it below a folder of its own.

        Raises:
            FailedError: that did not work.
        """

    @abstractmethod
    def command(self, home: Path, folder: Path, axes: Sequence[int]) -> Command:
        """Describe a matrix in its own words, in a folder, and say how to plan it."""


class Snakemake(Peer):
    """One rule with a wildcard for each axis."""

    name = "snakemake -n"

    def install(self, home: Path) -> None:
        """Install it."""
        _pip_install(home, "snakemake")

    def command(self, home: Path, folder: Path, axes: Sequence[int]) -> Command:
        """Spell the matrix."""
        names = NAMES[: len(axes)]
        target = "out/" + "_".join(f"{{{name}}}" for name in names) + ".txt"
        values = ", ".join(f"{name}=range({size})" for name, size in zip(names, axes, strict=True))
        prompt = ", ".join(f"{{wildcards.{name}}}" for name in names)
        text = f'rule all:\n    input: expand("{target}", {values})\n\n'
        text += f'rule clip:\n    output: "{target}"\n    shell: "echo {prompt} > {{output}}"\n'
        (folder / "Snakefile").write_text(text)
        return _command(_bin(home, "snakemake"), "-n", "-c1", folder=folder)


class Dvc(Peer):
    """One stage with a matrix, without outputs: the least that it can be asked."""

    name = "dvc repro --dry"

    def install(self, home: Path) -> None:
        """Install it."""
        _pip_install(home, "dvc")

    def command(self, home: Path, folder: Path, axes: Sequence[int]) -> Command:
        """Spell the matrix."""
        names = NAMES[: len(axes)]
        matrix = {name: list(range(size)) for name, size in zip(names, axes, strict=True)}
        prompt = ", ".join(f"${{item.{name}}}" for name in names)
        (folder / "dvc.yaml").write_text(
            json.dumps({"stages": {"clip": {"matrix": matrix, "cmd": f"echo {prompt}"}}})
        )
        dvc = _bin(home, "dvc")
        measure(_command(dvc, "init", "--no-scm", "-q", "-f", folder=folder))
        measure(_command(dvc, "config", "core.analytics", "false", folder=folder))
        return _command(dvc, "repro", "--dry", folder=folder)


class Promptfoo(Peer):
    """One prompt; every variable has a list of values, which it multiplies."""

    name = "promptfoo eval (echo)"

    def install(self, home: Path) -> None:
        """Install it."""
        if shutil.which("npm") is None:
            raise FailedError("npm is not installed")
        flags = ("--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error")
        measure(_command("npm", "install", *flags, "promptfoo", folder=home, seconds=_INSTALL_SECONDS))

    def command(self, home: Path, folder: Path, axes: Sequence[int]) -> Command:
        """Spell the matrix."""
        names = NAMES[: len(axes)]
        values = {
            name: [f"{name} {at}" for at in range(size)] for name, size in zip(names, axes, strict=True)
        }
        prompt = ", ".join(f"{{{{{name}}}}}" for name in names)
        config = {"prompts": [prompt], "providers": ["echo"], "tests": [{"vars": values}]}
        (folder / "promptfooconfig.json").write_text(json.dumps(config))
        flags = ("--no-cache", "--no-write", "--no-table", "--no-progress-bar", "-c", "promptfooconfig.json")
        quiet = ("TELEMETRY", "UPDATE", "SHARING", "REMOTE_GENERATION")
        env = {f"PROMPTFOO_DISABLE_{name}": "1" for name in quiet} | {"PROMPTFOO_CONFIG_DIR": str(folder)}
        script = home / "node_modules" / ".bin" / "promptfoo"
        return _command(str(script), "eval", *flags, folder=folder, env=env)


PEERS = (Snakemake(), Dvc(), Promptfoo())


def _pip_install(home: Path, package: str) -> None:
    measure(_command(sys.executable, "-m", "venv", str(home / "venv"), folder=home))
    pip = (_bin(home, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    measure(_command(*pip, package, folder=home, seconds=_INSTALL_SECONDS))


def _bin(home: Path, name: str) -> str:
    return str(home / "venv" / "bin" / name)


def _command(*argv: str, folder: Path, env: dict[str, str] | None = None, seconds: float = 180.0) -> Command:
    return Command(argv=argv, cwd=folder, env=env or {}, seconds=seconds)
