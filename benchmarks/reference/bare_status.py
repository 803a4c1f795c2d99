"""Read a lockfile with orjson and render its manifest's matrix; print a line for each job.

Arguments: manifest, lockfile.
"""

import itertools
import sys
from pathlib import Path

import orjson
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

with Path(sys.argv[2]).open("rb") as stream:
    header, *lines = map(orjson.loads, stream)
states = {line["input"]["prompt"]: line["state"] for line in lines}
with Path(sys.argv[1]).open(encoding="utf-8") as stream:
    manifest = yaml.load(stream, yaml.CSafeLoader)
environment = SandboxedEnvironment(undefined=StrictUndefined)
write = sys.stdout.write
for name, group in manifest["jobs"].items():
    template = environment.from_string(group["input"]["prompt"])
    axes = group["matrix"]
    for cell in itertools.product(*axes.values()):
        prompt = template.render(dict(zip(axes, cell, strict=True), **manifest["vars"]))
        write(f"{name}/{'/'.join(cell)}: {states[prompt]}\n")
