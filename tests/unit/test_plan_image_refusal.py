"""A picture that the API refused is not handed in again by --retry-failed alone."""

from __future__ import annotations

import pytest

from fakes.building import entry_of, job_of, plan_of
from fakes.lock_entry import failed, rejected
from sora2batch.lockfile.entry import ErrorNote
from sora2batch.plan.action import Action
from sora2batch.plan.image_refusal import is_image_refused

PICTURE = "https://cdn.example.com/fox.jpg"
REFUSALS = [
    "the image cannot be fetched",
    "Failed to download image from https://cdn.example.com/fox.jpg: 404",
    "image_url is invalid",
    "Invalid image URL",
    "Unsupported image format: tiff",
    "The picture is too small; at least 300 x 300 are needed",
    "Input image was flagged by moderation",
    "image moderation failed: NSFW",
    "The first frame violates our content policy",
    "real person detected in the uploaded photo",
    "Human face not allowed",
    "could not load url",
    "Image is corrupted",
    "image_url: 404",
    "Could not process the input image",
    "cannot identify image file",
    "Image must be at least 300x300",
    "the image exceeds 10 MB",
    "bad image",
    "wrong image type",
    "image_list[0]: aspect ratio not supported",
    "Inpaint image must match the requested width and height",
]
OTHERS = [
    "the prompt was refused",
    "prompt violates our content policy",
    "content was moderated",
    "the generation failed",
    "image generation failed",
    "image processing failed: internal error",
    "failed to generate image",
    "image-to-video service unavailable",
    "The image could not be generated: internal error",
    "no output image was returned",
    "upload of the result url was denied",
    "timeout",
    "",
    "internal error 500",
]


def fox(**more):
    return job_of("fox", **({"image": PICTURE} | more))


def note(message: str, code: int | str | None = None) -> ErrorNote:
    return ErrorNote(code=code, message=message)


@pytest.mark.parametrize("message", REFUSALS)
@pytest.mark.parametrize("make", [failed, rejected])
def test_an_error_that_names_the_picture_and_its_fault_is_about_the_picture(message, make):
    assert is_image_refused(entry_of(fox(), make(error=note(message))))


@pytest.mark.parametrize("message", OTHERS)
def test_an_error_about_anything_else_is_not(message):
    assert not is_image_refused(entry_of(fox(), failed(error=note(message))))


def test_a_code_in_words_counts_and_an_attempt_without_an_error_says_nothing():
    assert is_image_refused(entry_of(fox(), rejected(error=note("no", "invalid_image_url"))))
    assert not is_image_refused(entry_of(fox(), rejected()))


@pytest.mark.parametrize(
    "request_", [{"image": "fox.jpg"}, {"image": PICTURE + " and more"}, {"image_list": []}, {"image": None}]
)
def test_without_a_link_there_was_no_picture_to_refuse(request_):
    assert not is_image_refused(entry_of(job_of("fox", **request_), failed(error=note(REFUSALS[0]))))


@pytest.mark.parametrize("request_", [{"image_list": [PICTURE]}, {"more": {"tail_image_url": PICTURE}}])
def test_pictures_in_lists_and_deeper_are_seen(request_):
    assert is_image_refused(entry_of(job_of("fox", **request_), failed(error=note(REFUSALS[0]))))


def planned(error: str, **selection):
    plan = plan_of(fox(), entries=(entry_of(fox(), failed(error=note(error))),), **selection)
    return plan, plan.jobs[0]


def test_a_refused_picture_is_left_out_by_retry_failed_and_the_plan_says_why():
    plan, job = planned("the image cannot be fetched", retry_failed=True)
    assert (job.action, job.credits) == (Action.FAILED, 420)
    assert job.reason == (
        "the generation failed: the image cannot be fetched; the API refused its picture, so --retry-failed "
        "leaves it out: change it, or add --force"
    )
    assert plan.money.to_spend == 0
    (notice,) = plan.notices
    assert notice == (
        "1 failed job is not submitted again (hero/fox): the API refused the picture; "
        "another picture is a new job, --force sends the same once more"
    )


def test_without_retry_failed_the_plan_says_what_would_help():
    plan, job = planned("the image cannot be fetched")
    assert job.action is Action.FAILED
    assert job.reason.endswith(
        "the API refused its picture: change it (--retry-failed --force submits it again for 420 credits)"
    )
    assert plan.notices == ()


def test_force_submits_it_again():
    plan, job = planned("the image cannot be fetched", retry_failed=True, force=True)
    assert job.action is Action.SUBMIT
    assert plan.money.to_spend == 420
    assert plan.notices == ()


def test_another_picture_is_another_job():
    other = fox(image="https://cdn.example.com/other.jpg")
    refused = entry_of(fox(), failed(error=note("the image cannot be fetched")))
    (job,) = plan_of(other, entries=(refused,)).jobs
    assert job.action is Action.SUBMIT
    assert job.reason.startswith("input.image: ")


def test_a_failure_for_another_reason_is_submitted_again_without_force():
    _, job = planned("internal error", retry_failed=True)
    assert job.action is Action.SUBMIT
