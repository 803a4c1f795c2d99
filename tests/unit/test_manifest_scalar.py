import pytest

from sora2batch.manifest.scalar import ScalarError, plain_value, tagged_value

CORE = "tag:yaml.org,2002:"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("NULL", None),
        ("nUll", "nUll"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("16:9", "16:9"),
        ("1:30", "1:30"),
        ("012", 12),
        ("-7", -7),
        ("+3", 3),
        ("-0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("0o9", "0o9"),
        ("-0x1F", "-0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("-", "-"),
        ("+.inf.", "+.inf."),
        ("2026-11-22", "2026-11-22"),
        ("\uff11\uff12", "\uff11\uff12"),
        ("9007199254740991", 2**53 - 1),
        ("000000000000000000000000000000012", 12),
        ("0x1FFFFFFFFFFFFF", 2**53 - 1),
        ("0o377777777777777777", 2**53 - 1),
        pytest.param("-" + "0" * 5000 + "7", -7, id="thousands-of-zeros"),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(text, value):
    result = plain_value(text)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    [".inf", "-.INF", ".nan", ".NaN", "9007199254740992", "-9007199254740992", "0x20000000000000", "1e999"],
)
def test_a_number_that_json_cannot_carry_is_refused(text):
    with pytest.raises(ScalarError, match=r"JSON|too large"):
        plain_value(text)


def test_a_number_of_ten_thousand_digits_is_refused_in_a_short_sentence():
    with pytest.raises(ScalarError) as caught:
        plain_value("9" * 10_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "12", "12"),
        ("int", "12", 12),
        ("float", "1", 1.0),
        ("float", "1.5", 1.5),
        ("bool", "TRUE", True),
        ("null", "~", None),
    ],
)
def test_an_explicit_tag_decides(tag, text, value):
    result = tagged_value(CORE + tag, text)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("tag", "text"),
    [("int", "x"), ("int", "true"), ("int", "1.0"), ("float", "false"), ("bool", "1"), ("null", "no")],
)
def test_a_text_that_does_not_fit_its_tag_is_refused(tag, text):
    with pytest.raises(ScalarError, match=f"tagged !!{tag}, but is none"):
        tagged_value(CORE + tag, text)


@pytest.mark.parametrize("tag", [CORE + "binary", CORE + "python/object:os.system", "!secret", CORE + "seq"])
def test_any_other_tag_is_refused(tag):
    with pytest.raises(ScalarError, match="is not allowed"):
        tagged_value(tag, "x")
