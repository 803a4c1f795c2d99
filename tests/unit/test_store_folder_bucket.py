import os
from contextlib import suppress

import pytest

from sora2batch.store.folder_bucket import FolderBucket
from sora2batch.store.store_error import StoreError
from sora2batch.store.store_location import parse_location

NAME = "sha256/ab/abc.jpg"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def bucket(root):
    return FolderBucket(parse_location(root.as_uri()))


async def test_what_is_there_is_not_written_over_and_nothing_else_is_left(bucket, root):
    assert await bucket.create(NAME, b"first", "image/jpeg")
    assert not await bucket.create(NAME, b"second", "image/jpeg")
    await bucket.write(NAME, b"third", "image/jpeg")
    assert (root / NAME).read_bytes() == b"first"
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["abc.jpg"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
async def test_the_umask_says_who_may_read(bucket, root, mask, mode):
    before = os.umask(mask)
    try:
        await bucket.create(NAME, b"x", "image/jpeg")
    finally:
        os.umask(before)
    assert (root / NAME).stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("link", ["sha256", "sha256/ab", NAME])
async def test_a_link_leads_nowhere_else(bucket, root, tmp_path, link):
    outside = tmp_path / "outside"
    (outside / "ab").mkdir(parents=True)
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside / "new.jpg" if link == NAME else outside)
    with pytest.raises(StoreError):
        await bucket.length_of(NAME)
    with suppress(StoreError):
        assert not await bucket.create(NAME, b"x", "image/jpeg")
    with pytest.raises(StoreError):
        [piece async for piece in bucket.read(NAME)]
    assert not [path for path in outside.rglob("*") if path.is_file()]


async def test_a_drive_that_is_not_mounted_is_not_made(tmp_path):
    bucket = FolderBucket(parse_location((tmp_path / "drive/media").as_uri()))
    with pytest.raises(StoreError, match="cannot write"):
        await bucket.create(NAME, b"x", "image/jpeg")
    assert not (tmp_path / "drive").exists()


async def test_a_write_that_breaks_off_leaves_nothing(bucket, root):
    async def pieces():
        yield b"x"
        raise OSError(5, "Input/output error")

    with pytest.raises(StoreError, match="cannot write"):
        await bucket.write_parts(NAME, pieces(), "image/jpeg", 100)
    assert not [path for path in root.rglob("*") if path.is_file()]
