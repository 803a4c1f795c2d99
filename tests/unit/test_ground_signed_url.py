import copy
import json
import pickle
from html import escape
from urllib.parse import quote

import pytest

from sora2batch.ground.signed_url import SignedUrl

QUERY = "X-Amz-Credential=AKIAEXAMPLE%2F20261129%2Fs3&X-Amz-Expires=60&X-Amz-Signature=727d6f266333b96e"
URL = f"https://media.example/p/x.jpg?{QUERY}"


def test_it_shows_itself_only_when_asked():
    url = SignedUrl(URL)
    assert url.reveal() == URL
    assert "727d6f" not in f"{url} {url!r} {[url]}"


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_not_copied_into_files(copied):
    with pytest.raises(TypeError):
        copied(SignedUrl(URL))


@pytest.mark.parametrize(
    "written", [str, json.dumps, escape, lambda text: quote(text, safe=""), lambda text: text[30:]]
)
def test_it_is_found_however_it_is_written(written):
    told = SignedUrl(URL).redact(f"the answer was: {written(URL)}, says the host")
    assert not any(secret in told for secret in ("727d6f266333b96e", "AKIAEXAMPLE"))
    assert told.startswith("the answer was: ")
    assert told.endswith(", says the host")


def test_a_public_url_is_no_secret_in_texts():
    assert (
        SignedUrl("https://cdn.example/x.jpg").redact("https://cdn.example/x.jpg")
        == "https://cdn.example/x.jpg"
    )
