from fakes.page_case import gallery_of
from sora2batch.gallery.page.page_json import encode_gallery


def test_the_data_hold_no_character_of_markup():
    assert not set("<>&") & set(encode_gallery(gallery_of("</script><!-- & -->")))
