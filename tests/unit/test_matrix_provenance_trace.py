from pathlib import Path

from fakes.matrix_case import HEAD, MemoryTree
from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.matrix.expand import expand
from sora2batch.matrix.provenance.trace import trace


def reads_of(text, index=0):
    tree = MemoryTree({"batch.yaml": HEAD + text})
    manifest, catalog = load_manifest(Path("batch.yaml"), tree=tree), load_catalog()
    job = expand(manifest, catalog, tree).jobs[index]
    prompt = next(one for one in trace(manifest, catalog, tree, job, index).fields if one.name == "prompt")
    assert prompt.value == job.input["prompt"]
    return prompt.reads


def size_of(reads):
    return len(reads) + sum(size_of(read.reads) for read in reads)


def test_the_value_of_a_cell_hides_a_variable_of_its_name_only_in_cells_that_have_it():
    text = """\
vars: {light: dusk}
jobs:
  a:
    matrix: {animal: [fox, owl], include: [{animal: owl, light: dawn}]}
    input: {prompt: "{{ animal }} at {{ light }} or {{ vars.light }}"}
"""
    fox, owl = (reads_of(text, index) for index in (0, 1))
    assert [(one.name, one.kind, one.value) for one in fox] == [
        ("animal", "axis", "fox"),
        ("light", "variable", "dusk"),
        ("vars.light", "variable", "dusk"),
    ]
    assert [(one.name, one.kind, one.value) for one in owl][1:] == [
        ("light", "axis", "dawn"),
        ("vars.light", "variable", "dusk"),
    ]


def test_variables_that_share_variables_are_each_taken_apart_once():
    chain = "".join(f"  v{at}: '{{{{ 1 if v{at + 1} and vars.v{at + 1} else 0 }}}}'\n" for at in range(40))
    reads = reads_of(f"vars:\n{chain}  v40: 1\njobs:\n  a: {{input: {{prompt: 'x{{{{ v0 }}}}'}}}}\n")
    assert size_of(reads) == 1 + 2 * 40
