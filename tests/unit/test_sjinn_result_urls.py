from __future__ import annotations

import pytest

from sora2batch.sjinn.answer import Finished
from sora2batch.sjinn.result_urls import locate, read_outputs
from sora2batch.sjinn.secret import ApiKey

A, B = "https://h/a.mp4", "https://h/b.mp4"
HOME = "https://api.test:8/api/un-api"
KEY = ApiKey("sk-4711-secret")


@pytest.mark.parametrize(
    ("data", "urls"),
    [
        ({"output_urls": [A, B]}, (A, B)),
        ({"output_urls": A}, (A,)),
        ({"output_urls": [{"url": A}, {"url": B}]}, (A, B)),
        ({"output_urls": {"url": A}}, (A,)),
        ({"output_urls": [{"output_url": A}, {"video_url": B}]}, (A, B)),
        ({"output_urls": [{"image_url": A}, {"download_url": B}]}, (A, B)),
        ({"output_urls": [{"url": A, "download_url": B}]}, (A,)),
        ({"output_urls": [{"url": None, "video_url": A, "cover": B}]}, (A,)),
        ({"output_urls": [{"video": {"url": A}}]}, (A,)),
        ({"output_urls": [{"mp4": A, "seconds": 5}]}, (A,)),
        ({"output_urls": [[A], [[B]]]}, (A, B)),
        ({"output_urls": f'["{A}", "{B}"]'}, (A, B)),
        ({"output_urls": [f'{{"url": "{A}"}}']}, (A,)),
        ({"output_urls": ["/result/a.mp4", f" {B}\n"]}, ("/result/a.mp4", B)),
        ({"output_urls": [], "output_url": A}, (A,)),
        ({"output_urls": [None, ""], "output_url": A}, (A,)),
        ({"output_url_list": [A]}, (A,)),
        ({"urls": [A]}, (A,)),
        ({"output": {"video_url": A}}, (A,)),
        ({"output": {"output_urls": [A, B]}}, (A, B)),
        ({"result": {"urls": [A]}}, (A,)),
        ({"url": A}, (A,)),
        ({"output_urls": []}, ()),
        ({"output_urls": None, "task_id": "t", "status": 1, "task_type": "tool_x"}, ()),
        ({}, ()),
    ],
)
def test_addresses_are_found_in_whatever_shape(data, urls):
    assert read_outputs(data) == Finished(urls)


@pytest.mark.parametrize(
    ("data", "urls", "oddities"),
    [
        ({"output_urls": [3, True, A]}, (A,), ("3", "true")),
        ({"output_urls": [{"a": 1}]}, (), ('{"a": 1}',)),
        ({"output_urls": [{"a": A, "b": B}]}, (), (f'{{"a": "{A}", "b": "{B}"}}',)),
        ({"output_urls": [{"url": 7}]}, (), ("7",)),
        ({"output_urls": "[broken"}, (), ('"[broken"',)),
        ({"output_urls": [1, 2, 3, 4, 5]}, (), ("1", "2", "3", "2 more")),
        ({"files": [f"{A}?sig=4711"], "status": 1}, (), (f'{{"files": ["{A}?…"]}}',)),
        ({"output_urls": [[[[[[[[A]]]]]]]]}, (), (f'[["{A}"]]',)),
    ],
)
def test_what_is_no_address_is_shown(data, urls, oddities):
    assert read_outputs(data) == Finished(urls, oddities)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (f"{A}?sig=4711", f"{A}?sig=4711"),
        ("HTTP://h/a", "HTTP://h/a"),
        ("/result/x.mp4?sig=1", "https://api.test:8/result/x.mp4?sig=1"),
        ("result/x.mp4", "https://api.test:8/result/x.mp4"),
        ("//cdn.test/x.mp4", "https://cdn.test/x.mp4"),
        ("https://[::1]:9/x.mp4", "https://[::1]:9/x.mp4"),
        ("https://h/ein clip.mp4", "https://h/ein clip.mp4"),
        ("https://h/f\u00fcchse/\u72d0.mp4", "https://h/f\u00fcchse/\u72d0.mp4"),
        ("https://h/" + "x" * 2000, "https://h/" + "x" * 2000),
    ],
)
def test_an_address_becomes_a_url(address, url):
    assert locate(Finished((address,)), home=HOME, key=KEY) == Finished((url,))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("data:video/mp4;base64," + "A" * 10**6, '"data:video/mp4;base64,…'),
        ("file:///etc/passwd", '"file:///etc/passwd"'),
        ("javascript:alert(1)", '"javascript:alert(1)"'),
        ("ftp://me:hunter2@h/a", '"ftp://h/a"'),
        ("cdn.test/x.mp4", '"cdn.test/x.mp4"'),
        ("http://", '"http://"'),
        ("https://[::1/x", '"https://[::1/x"'),
        ("https://h:port/x", '"https://h:port/x"'),
        ("//[x", '"//[x"'),
        ("pending", '"pending"'),
        ("N/A", '"N/A"'),
        ("https://h/" + "x" * 10**6, "an address of 1,000,010 characters"),
        ("https://h/?key=sk-4711-secret", "an address that holds the API key"),
        ("https://h/sk%2D4711%2Dsecret.mp4", "an address that holds the API key"),
        ("no sk-4711-secret", "an address that holds the API key"),
    ],
)
def test_what_cannot_be_fetched_is_told_and_not_kept(address, told):
    found = locate(Finished((address, A)), home=HOME, key=KEY)
    assert found.urls == (A,)
    assert len(found.oddities) == 1
    assert found.oddities[0].startswith(told)
    assert len(found.oddities[0]) <= 160


def test_the_key_is_in_nothing_that_is_told():
    named = read_outputs({"output_urls": [{"x": "sk-4711-secret"}]})
    assert locate(named, home=HOME, key=KEY).oddities == ('{"x": "***"}',)


def test_of_many_addresses_only_so_many_are_taken():
    named = Finished(tuple(f"{A}?{number}" for number in range(5000)))
    found = locate(named, home=HOME, key=KEY)
    assert found.urls == named.urls[:32]
    assert found.oddities == ("4,968 addresses more than the 32 that are fetched",)
