"""A promoted manifest names the files that its jobs send, seen from where it lies."""

import pytest

from fakes.building import job_of
from fakes.lock_entry import DIGEST
from fakes.promotion_case import picked, promotion_of, text_of
from sora2batch.gallery.promotion.promoted_request import PromotionError
from sora2batch.gallery.promotion.relocation import Relocation
from sora2batch.ground.file_input import FileInput

FOX = FileInput("images/fox.jpg", DIGEST)
TOOL = "sora2-image-to-video-api"
JOB = job_of("fox", tool_type=TOOL, image=FOX.to_json())


def test_a_picture_is_written_as_its_path_and_stays_the_same_request(tmp_path):
    picks = picked(tmp_path, "key: hero/fox")
    promotion = promotion_of(picks, JOB)
    assert promotion.jobs[0].input["image"] == FOX.to_json()
    assert "image: images/fox.jpg" in text_of(picks, promotion)
    assert "file:" not in text_of(picks, promotion)


@pytest.mark.parametrize(
    ("target", "path"), [("", "images/fox.jpg"), ("..", "spring/images/fox.jpg"), ("images", "fox.jpg")]
)
def test_another_folder_sees_it_by_another_path(tmp_path, target, path):
    source = tmp_path / "spring"
    relocation = Relocation(source=source, target=source / target)
    assert relocation.rewritten(
        {"image": FOX.to_json(), "image_list": [FOX.to_json(), "https://h.example"]}
    ) == {
        "image": path,
        "image_list": [path, "https://h.example"],
    }


@pytest.mark.parametrize(
    ("target", "file"), [("next", "images/fox.jpg"), ("", "../fox.jpg"), ("", "/fox.jpg")]
)
def test_a_picture_outside_of_the_new_folder_is_refused(tmp_path, target, file):
    job = job_of("fox", tool_type=TOOL, image=FOX._replace(file=file).to_json())
    promotion = promotion_of(picked(tmp_path, "key: hero/fox"), job)
    with pytest.raises(PromotionError, match="is not below the new manifest's folder"):
        Relocation(source=tmp_path, target=tmp_path / target).check(promotion)


def test_a_path_cannot_be_set(tmp_path):
    with pytest.raises(PromotionError, match="must be a URL"):
        promotion_of(picked(tmp_path, "key: hero/fox"), JOB, settings=["image=images/owl.jpg"])
