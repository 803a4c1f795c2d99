"""Plan a matrix with nothing but its parts: libyaml's loader and sandboxed Jinja; a line for each job."""

import itertools
import sys
from pathlib import Path

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

with Path(sys.argv[1]).open(encoding="utf-8") as stream:
    manifest = yaml.load(stream, yaml.CSafeLoader)
environment = SandboxedEnvironment(undefined=StrictUndefined)
write = sys.stdout.write
for name, group in manifest["jobs"].items():
    fields = {**manifest.get("defaults", {}).get("input", {}), **group["input"]}
    templates = [
        environment.from_string(text) for text in fields.values() if isinstance(text, str) and "{{" in text
    ]
    axes = group["matrix"]
    for cell in itertools.product(*axes.values()):
        scope = dict(zip(axes, cell, strict=True), **manifest.get("vars", {}))
        write(f"{name}/{'/'.join(map(str, cell))}: {[template.render(scope) for template in templates]}\n")
