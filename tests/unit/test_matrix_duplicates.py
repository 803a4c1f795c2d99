from __future__ import annotations

import pytest

from fakes.footage import png
from fakes.matrix_case import HEAD
from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

TOOL = HEAD.replace("sora2-text-to-video-api", "sora2-image-to-video-api")


@pytest.mark.parametrize(
    "jobs",
    [
        '{hero: {matrix: {product: {from: "images/*.png"}}, input: {prompt: turn, image: "{{ product.path }}"}}}',
        "{a: {input: {prompt: turn, image: images/a.png}}, b: {input: {image: images/b.png, prompt: turn}}}",
    ],
)
def test_two_names_of_one_picture_are_one_request(tmp_path, jobs):
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "images" / name).write_bytes(png())
    (tmp_path / "m.yaml").write_text(f"{TOOL}jobs: {jobs}")
    with pytest.raises(ManifestError) as caught:
        expand(load_manifest(tmp_path / "m.yaml"), load_catalog(), DiskTree(tmp_path))
    (problem,) = caught.value.problems
    assert "are the same request" in str(problem)
    assert problem.hint.startswith("images/a.png and images/b.png have the same content: ")
