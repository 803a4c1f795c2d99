"""Plan a list of jobs with nothing but its parts: the bare parser of its format and sandboxed Jinja.

The list is the manifest's own, or that of a data file beside it.
"""

import csv
import json
import sys
from pathlib import Path

import orjson
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

READERS = {
    ".csv": lambda path: list(csv.DictReader(path.open(encoding="utf-8", newline=""))),
    ".jsonl": lambda path: [orjson.loads(line) for line in path.open("rb")],
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".yaml": lambda path: yaml.load(path.open(encoding="utf-8"), yaml.CSafeLoader),
}

manifest_path = Path(sys.argv[1])
manifest = READERS[".yaml"](manifest_path)
environment = SandboxedEnvironment(undefined=StrictUndefined)
write = sys.stdout.write
for name, group in manifest["jobs"].items():
    templates = [environment.from_string(text) for text in group["input"].values()]
    ((axis, values),) = group["matrix"].items()
    if isinstance(values, dict):
        path = manifest_path.with_name(values["from"])
        values = READERS[path.suffix](path)
    for value in values:
        rendered = [template.render({axis: value}) for template in templates]
        write(f"{name}/{value['id']}: {rendered}\n")
