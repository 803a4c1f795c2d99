"""One option in the words of a command line, and in those of a script."""

import threading

import pytest

from sora2batch.ground.option_words import in_script, option, said


@pytest.mark.parametrize(
    ("given", "flag", "argument"),
    [
        (("limit",), "--limit", "limit="),
        (("limit", 0), "--limit 0", "limit=0"),
        (("select", "a/*"), "--select a/*", "select='a/*'"),
        (("retry_failed", True), "--retry-failed", "retry_failed=True"),
        (("wait", False), "--no-wait", "wait=False"),
    ],
)
def test_an_option_is_written_as_it_is_given(given, flag, argument):
    assert option(*given) == flag
    with in_script():
        assert option(*given) == argument
    assert option(*given) == flag


def test_who_is_spoken_to_is_a_matter_of_each_thread():
    told = []
    with in_script():
        thread = threading.Thread(target=lambda: told.append(said("line", "script")))
        thread.start()
        thread.join()
        assert (said("line", "script"), told) == ("script", ["line"])
