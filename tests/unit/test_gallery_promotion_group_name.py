from __future__ import annotations

import pytest

from sora2batch.gallery.promotion.group_name import group_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("hero/fox/slow-pan/std", "hero-fox-slow-pan-pro"),
        ("std/fox/std", "std-fox-pro"),
        ("hero/fox/std#3", "hero-fox-pro"),
        ("hero/10/std", "hero-15-pro"),
        ("hero/v1.2_b", "hero-v1-2_b"),
        ("hero/füchsin", "hero-fuchsin"),
        ("hero/狐狸/std", "hero-狐狸-pro"),
        ("狐狸/猫", "狐狸-猫"),
        ("हिन्दी/ガラス/🦊", "हिन्दी-ガラス-🦊"),
        ("東" * 70, "東" * 60),
        ("?/!", "job"),
        ("", "job"),
        ("con", "job-con"),
        ("-a-/_b_", "a-b"),
        ("a" * 200, "a" * 80),
        ("x\n/{{y}}", "x-y"),
    ],
)
def test_a_group_is_named_after_the_key(key, name):
    before = {"prompt": "a", "mode": "std", "duration": 10, "list": ["std"]}
    after = {"prompt": "a", "mode": "pro", "duration": 15, "list": ["pro"]}
    assert group_name(key, before, after) == name
