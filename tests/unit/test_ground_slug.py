from __future__ import annotations

from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora2batch.ground.slug import full_slug, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slow pan", "slow-pan"),
        ("  Crane   UP!! ", "crane-up"),
        ("16:9", "16-9"),
        ("snake_case", "snake_case"),
        ("Café Ünïcode", "cafe-unicode"),
        ("phở bò", "pho-bo"),
        ("Łódź", "łodz"),
        ("İstanbul ısı", "istanbul-ısı"),
        ("straße", "straße"),
        ("σοφός", "σοφος"),
        ("привет, мир", "привет-мир"),
        ("мой Їжак", "мой-їжак"),
        ("Ёлка", "елка"),
        ("за\u0301мок", "замок"),
        ("東京 タワー", "東京-タワー"),
        ("ガラス", "ガラス"),
        ("カ\u3099ラス", "ガラス"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("ＡＢＣ１２", "abc12"),
        ("한국어", "한국어"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
        ("ㅋㅋ ㅏ", "ㅋㅋ-ㅏ"),
        ("हिन्दी", "हिन्दी"),
        ("தமிழ்", "தமிழ்"),
        ("น้ำแข็ง", "น้ำแข็ง"),
        ("ខ្មែរ", "ខ្មែរ"),
        ("မြန်မာ", "မြန်မာ"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("---", ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_every_script(text, expected):
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u200bb", "ab"),
        ("\ufefffox", "fox"),
        ("so\u00adft", "soft"),
        ("\u202efox\u202c", "fox"),
        ("می\u200cخواهم", "میخواهم"),
        ("葛\U000e0100", "葛"),
        ("\u3164", ""),
        ("fox\x00\x1b[31m", "fox-31m"),
        ("fox\U000e0067", "fox"),
    ],
)
def test_what_nobody_sees_is_dropped(text, expected):
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "full"),
    [
        ("🦊", "🦊", "🦊"),
        ("❤️", "❤", "❤"),
        ("👨‍👩‍👧", "👨👩👧", "👨👩👧"),
        ("👍🏽", "👍🏽", "👍🏽"),
        ("🇯🇵", "🇯🇵", "🇯🇵"),
        ("🫨", "🫨", "🫨"),  # newer than the oldest Python's Unicode
        ("★★☆", "★★☆", "★★☆"),
        ("→", "→", "→"),
        ("fox 🦊", "fox", "fox-🦊"),
        ("#️⃣", "", ""),
    ],
)
def test_an_emoji_stays_where_there_is_nothing_else(text, expected, full):
    assert (slug(text), full_slug(text)) == (expected, full)


def test_a_slug_is_cut_to_64_characters_and_180_bytes_and_never_ends_in_a_dash():
    assert slug("a" * 63 + " tail") == "a" * 63
    assert slug("a" * 200) == "a" * 64
    assert slug("東" * 64) == "東" * 60
    assert len(slug("東" * 64).encode()) == 180


def test_a_cut_does_not_take_the_vowel_sign_off_a_letter():
    assert slug("क" * 59 + "कि") == "क" * 59


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_a_slug_of_a_slug_is_itself(text):
    for shorten in (slug, full_slug):
        short = shorten(text)
        assert is_normalized("NFC", short)
        assert len(short) <= 64
        assert len(short.encode()) <= 180
        assert "--" not in short
        assert short == short.strip("-")
        assert full_slug(short) == short


@given(st.text(st.characters(codec="ascii"), max_size=100))
def test_a_slug_of_ascii_is_what_it_always_was(text):
    """Keys of finished jobs hold it."""
    expected = []
    for character in text.lower():
        if character in "abcdefghijklmnopqrstuvwxyz0123456789_":
            expected.append(character)
        elif expected and expected[-1] != "-":
            expected.append("-")
    assert slug(text) == full_slug(text) == "".join(expected).strip("-")[:64].strip("-")
