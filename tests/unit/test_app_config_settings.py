from __future__ import annotations

import sys
from decimal import Decimal

import platformdirs
import pytest

from sora2batch.app.config.settings import credit_price_for, user_file
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import UsageError

DOLLARS = CreditPrice(Decimal("0.0006"), "USD")
TABLE = '[tool.sora2batch]\ncredit_price = {amount = 0.0006, currency = "USD"}\n'
on_linux = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="elsewhere platformdirs is asked")


@pytest.fixture
def write(tmp_path):
    """Write a file below the folder in which settings are looked for: ``team/clips``."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def look_up(tmp_path):
    def look_up(find=credit_price_for, **environ):
        return find(tmp_path / "team/clips", {"XDG_CONFIG_HOME": str(tmp_path / "config"), **environ})

    return look_up


def test_where_nobody_has_said_anything_there_is_no_price(look_up):
    assert look_up() is None


@on_linux
def test_the_nearest_word_counts_and_its_place_is_known(look_up, write):
    own = write("config/sora2batch/config.toml", 'credit_price = "1 EUR"\n')
    assert look_up() == (CreditPrice(Decimal(1), "EUR"), f"{own}:1")
    far = write("pyproject.toml", f'[project]\nname = "sora2batch-clips"\n\n{TABLE}')
    assert look_up() == (DOLLARS, f"{far}:5")
    near = write("team/pyproject.toml", TABLE.replace("0.0006", "0.0007"))
    assert look_up() == (CreditPrice(Decimal("0.0007"), "USD"), f"{near}:2")
    given = look_up(SORA2BATCH_CREDIT_PRICE=" 0.5 JPY ")
    assert given == (CreditPrice(Decimal("0.5"), "JPY"), "SORA2BATCH_CREDIT_PRICE")


def test_a_project_without_our_table_is_passed_over_sound_or_not(look_up, write):
    write("team/pyproject.toml", "[tool.ruff\n")
    write("team/clips/pyproject.toml", '[project]\ndependencies = ["sora2batch"]\n')
    write("pyproject.toml", TABLE)
    assert look_up().value == DOLLARS


@on_linux
def test_the_nearest_project_with_our_table_hides_those_above_it_but_not_the_users_file(look_up, write):
    write("pyproject.toml", TABLE)
    write("team/pyproject.toml", "[tool.sora2batch]\n")
    assert look_up() is None
    write("config/sora2batch/config.toml", 'credit_price = "1 EUR"\n')
    assert look_up().value.currency == "EUR"


@pytest.mark.parametrize(
    "text",
    [
        '[tool.sora2batch]\ncredit_price = "0.0006 USD"',
        '[tool.sora2batch.credit_price]\namount = "0.0006"\ncurrency = "USD"',
        '[tool]\nsora2batch = {credit_price = {amount = 6e-4, currency = "USD"}}',
    ],
)
def test_a_price_can_be_written_in_every_way_of_toml(look_up, write, text):
    write("team/pyproject.toml", text)
    assert look_up().value == DOLLARS


@pytest.mark.parametrize(
    ("text", "place", "told", "hint"),
    [
        ("[tool.sora2batch]\ncredit_prise = 3", ":2", "there is no setting credit_prise", '"credit_price"'),
        ("[tool.sora2batch]\n\ncolour = 3", ":3", "there is no setting colour", "the settings are"),
        ("[tool.sora2batch]\ncredit_price = 3", ":2", "credit_price is 3, which is no price", "0.0006 USD"),
        ('[tool.sora2batch]\ncredit_price = "-1 USD"', ":2", 'credit_price has the amount "-1"', "above 0"),
        ('[tool.sora2batch]\ncredit_price = "0 USD"', ":2", 'credit_price has the amount "0"', "above 0"),
        ('[tool.sora2batch]\ncredit_price = "1e5 USD"', ":2", 'the amount "1e5"', "above 0"),
        ('[tool.sora2batch]\ncredit_price = {amount = inf, currency = "USD"}', ":2", "Infinity", "above 0"),
        ('[tool.sora2batch]\ncredit_price = {amount = true, currency = "USD"}', ":2", "True", "above 0"),
        ('[tool.sora2batch]\ncredit_price = "1 usd"', ":2", 'the currency "usd"', "capital"),
        (
            '[tool.sora2batch]\ncredit_price = {amount = 1, currency = "USD", currancy = 1}',
            ":2", 'has no part "currancy"', '"currency"',
        ),
        ('[tool.sora2batch]\ncredit_price = {amount = 1e999999999, currency = "USD"}', ":2", "1E+9", "above 0"),
        ("[tool.sora2batch]\ncredit_price = \n", ":2:16", "this is no TOML: Invalid value", ""),
        ("tool.sora2batch = 3", "", "tool.sora2batch must be a table", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_place(look_up, write, text, place, told, hint):
    path = write("team/pyproject.toml", text)
    with pytest.raises(UsageError) as caught:
        look_up()
    assert caught.value.message.startswith(f"{path}{place}: ")
    assert told in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_file_that_cannot_be_read_is_told(look_up, write):
    path = write("team/pyproject.toml", "")
    path.write_bytes(b"[tool.sora2batch]\n# \xff\n")
    with pytest.raises(UsageError, match="decode"):
        look_up()


@on_linux
def test_the_users_file_is_where_platformdirs_says(monkeypatch, tmp_path):
    for name, value in {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
        environ = {"XDG_CONFIG_HOME": value} if name == "XDG_CONFIG_HOME" else {}
        assert user_file(environ) == platformdirs.user_config_path("sora2batch") / "config.toml"
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@on_linux
def test_an_account_without_a_home_has_no_file(monkeypatch, look_up):
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # a number in a container
    assert user_file({}) is None
    assert look_up(XDG_CONFIG_HOME="") is None
