import json

from fakes.page_case import gallery_of
from sora2batch.gallery.page.page_json import encode_gallery


def test_the_data_hold_no_character_of_markup():
    text = "</script><!-- & -->"
    data = encode_gallery(gallery_of(text))
    assert not set("<>&") & set(data)
    assert text in json.dumps(json.loads(data))
