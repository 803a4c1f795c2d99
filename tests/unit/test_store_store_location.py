import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.store.store_location import parse_location


@pytest.mark.parametrize(
    ("url", "normal", "bucket", "prefix"),
    [
        ("s3://media", "s3://media", "media", ""),
        ("s3://media/", "s3://media", "media", ""),
        (" s3://media/a/b/ ", "s3://media/a/b", "media", "a/b"),
        ("gs://my.bucket_1/x", "gs://my.bucket_1/x", "my.bucket_1", "x"),
        ("az://$web/x y", "az://$web/x y", "$web", "x y"),
        ("file:///srv/media/", "file:///srv/media", "/srv/media", ""),
        ("file:///srv/my%20media", "file:///srv/my%20media", "/srv/my media", ""),
    ],
)
def test_a_url_names_bucket_and_prefix(url, normal, bucket, prefix):
    found = parse_location(url)
    assert (found.url, found.bucket, found.prefix, found.public_url) == (normal, bucket, prefix, None)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "must begin with"),
        ("https://media.example/x", "must begin with"),
        ("s3://", "names no bucket"),
        ("az:///x", "names no container"),
        ("s3://a b/x", "no valid name"),
        ("s3://me:SECRET@media/x", "user name or a password"),
        ("s3://media/x?sig=SECRET", "without"),
        ("s3://media/x#SECRET", "without"),
        ("s3://media/x\nSECRET", "without"),
        ("s3://media/a/../b", "prefix"),
        ("s3://media/a//b", "prefix"),
        ("s3://media/50%25", "prefix"),
        ("file://server/share", "three slashes"),
        ("file:media", "three slashes"),
        ("file:///srv/../etc", r"\.\."),
        ("s3://media:99999", "no URL"),
    ],
)
def test_what_is_no_url_of_a_store_is_told_without_secrets(url, told):
    with pytest.raises(UsageError, match=told) as caught:
        parse_location(url)
    assert "SECRET" not in f"{caught.value.message}{caught.value.hint}"


def test_a_public_url_loses_its_last_slash():
    found = parse_location("s3://media", public_url="https://cdn.example.com/media/")
    assert found.public_url == "https://cdn.example.com/media"


@pytest.mark.parametrize(
    "url",
    ["cdn.example.com", "ftp://x", "http://cdn.example.com", "https://u:SECRET@x", "https://x?a=SECRET"],
)
def test_a_public_url_that_the_api_could_not_use_is_refused(url):
    with pytest.raises(UsageError, match="public_url") as caught:
        parse_location("s3://media", public_url=url)
    assert "SECRET" not in f"{caught.value.message}{caught.value.hint}"
