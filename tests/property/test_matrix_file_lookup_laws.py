"""A job is known by what its pictures hold: not by their names, dates or places, and by every byte of them."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.footage import png
from fakes.matrix_case import HEAD
from sora2batch.catalog.catalog import load_catalog
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand

TOOL = HEAD.replace("sora2-text-to-video-api", "sora2-image-to-video-api")
CATALOG = load_catalog()
COUNT = 4
PICTURES = st.integers(0, COUNT - 1)


def fingerprints(root, files):
    """Plan two jobs for each picture, wherever it lies now; tell their fingerprints by picture."""
    shots = "".join(f"    - {{id: p{at}, image: {file}}}\n" for at, file in enumerate(files))
    (root / "m.yaml").write_text(
        f"{TOOL}jobs:\n  hero:\n    matrix:\n      camera: [pan, tilt]\n      shot:\n{shots.replace('    -', '        -')}"
        '    input: {prompt: "{{ camera }}", image: "{{ shot.image }}"}\n'
    )
    expansion = expand(load_manifest(root / "m.yaml"), CATALOG, DiskTree(root))
    assert {found.file for found in expansion.files.values()} == set(files)
    found = [set() for _ in files]
    for job in expansion.jobs:
        found[int(dict(job.labels)["shot"].removeprefix("p"))].add(job.fingerprint)
    assert all(len(one) == 2 for one in found)
    return found


@given(
    moves=st.lists(st.tuples(PICTURES, st.sampled_from(["", "in/", "in/deep/"])), max_size=4),
    touched=st.sets(PICTURES),
    edited=st.sets(PICTURES),
    place=st.integers(0, 10**6),
)
@settings(max_examples=25, deadline=None)
def test_moving_and_touching_changes_no_job_and_a_byte_changes_just_those_that_send_it(
    moves, touched, edited, place
):
    with TemporaryDirectory(prefix="sora2batch-laws-") as folder:
        root = Path(folder)
        (root / "in/deep").mkdir(parents=True)
        files = [f"{at}.png" for at in range(COUNT)]
        for at, file in enumerate(files):
            (root / file).write_bytes(png() + bytes([at] * 9))
        before = fingerprints(root, files)
        for number, (at, below) in enumerate(moves):
            moved = f"{below}renamed-{number}.png"
            (root / files[at]).rename(root / moved)
            files[at] = moved
        for at in touched:
            os.utime(root / files[at], ns=(at, at))
        assert fingerprints(root, files) == before
        for at in edited:
            path = root / files[at]
            content, found = bytearray(path.read_bytes()), path.stat()
            content[len(png()) + place % 9] ^= 128
            path.write_bytes(content)
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        after = fingerprints(root, files)
        assert {at for at in range(COUNT) if after[at] != before[at]} == edited
        assert all(after[at].isdisjoint(before[at]) for at in edited)
