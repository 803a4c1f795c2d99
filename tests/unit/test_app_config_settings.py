from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import platformdirs
import pytest

from sora2batch.app.config.settings import ceiling_for, credit_price_for, find_setting, user_file
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import UsageError

DOLLARS = CreditPrice(Decimal("0.0006"), "USD")
TABLE = '[tool.sora2batch]\ncredit_price = {amount = 0.0006, currency = "USD"}\n'


def find_price(folder, environ):
    return find_setting("credit_price", folder, environ=environ)


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
    def told(**environ):
        found = look_up(find_price, **environ)
        return found.value, found.origin

    own = write("config/sora2batch/config.toml", 'credit_price = "1 EUR"\n')
    assert told() == (CreditPrice(Decimal(1), "EUR"), f"{own}:1:1")
    far = write("pyproject.toml", f'[project]\nname = "sora2batch-clips"\n\n{TABLE}')
    assert told() == (DOLLARS, f"{far}:5:1")
    near = write("team/pyproject.toml", TABLE.replace("0.0006", "0.0007"))
    assert told() == (CreditPrice(Decimal("0.0007"), "USD"), f"{near}:2:1")
    given = told(SORA2BATCH_CREDIT_PRICE=" 0.5 JPY ")
    assert given == (CreditPrice(Decimal("0.5"), "JPY"), "SORA2BATCH_CREDIT_PRICE")


def test_a_project_without_our_table_is_passed_over_sound_or_not(look_up, write):
    write("team/pyproject.toml", "[tool.ruff\n")
    write("team/clips/pyproject.toml", '[project]\ndependencies = ["sora2batch"]\n')
    write("pyproject.toml", TABLE)
    assert look_up() == DOLLARS


@on_linux
def test_the_nearest_project_with_our_table_hides_those_above_it_but_not_the_users_file(look_up, write):
    write("pyproject.toml", TABLE)
    write("team/pyproject.toml", "[tool.sora2batch]\n")
    assert look_up() is None
    write("config/sora2batch/config.toml", 'credit_price = "1 EUR"\n')
    assert look_up().currency == "EUR"


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
    assert look_up() == DOLLARS


def test_a_file_that_was_changed_is_read_again(look_up, write):
    write("team/pyproject.toml", TABLE)
    assert look_up() == DOLLARS
    write("team/pyproject.toml", TABLE.replace("0.0006", "0.00061"))
    assert look_up().amount == Decimal("0.00061")


@pytest.mark.parametrize(
    ("text", "place", "told", "hint"),
    [
        ("credit_prise = 3", ":2:1", "there is no setting credit_prise", 'did you mean "credit_price"?'),
        ("\n  colour = 3", ":3:3", "there is no setting colour", '"color"'),
        ("zebra = 3", ":2:1", "there is no setting zebra", "the settings are api_url, tools_dirs, "),
        ("[tool.sora2batch.run]\nconcurency = 3", ":3:1", "no setting run.concurency", '"run.concurrency"'),
        ("run = {timeout = 3, concurrency = 0}", ":2:21", "run.concurrency is 0", "from 1 to 10000"),
        ("run.concurrency = 2.5", ":2:5", "run.concurrency is 2.5", "write a whole number"),
        ("run.concurrency = true", ":2:5", "run.concurrency is True", "write a whole number"),
        ("run = 3", ":2:1", "run must be a table", ""),
        ('"run.concurrency" = 3', ":2:1", "there is no setting run.concurrency", ""),
        ("run.timeout = inf", ":2:5", "run.timeout is Infinity", "write a number above 0"),
        ('lint.strict = "yes"', ":2:6", 'lint.strict is "yes"', "write true or false"),
        ('max_credits = "12,000"', ":2:1", 'max_credits is "12,000"', "write 12000"),
        ("max_credits = -1", ":2:1", "max_credits is -1", "write a whole number from 0"),
        ("tools_dirs = [1]", ":2:1", "tools_dirs is [1]", "a list of paths"),
        ("store.url = []", ":2:7", "store.url is []", "s3://BUCKET/PREFIX"),
        ("store.outputs = true", ":2:7", "store.outputs goes in the manifest alone", "what is bought"),
        ("budget.max_credits = 9", ":2:1", "budget goes in the manifest alone", "what is bought"),
        ('api_url = "https://evil.example/"', ":2:1", "api_url must not stand here", "your key"),
        ('queue = "postgresql://evil.example/x"', ":2:1", "queue must not stand here", "where work goes"),
        ('log_file = "/tmp/x"', ":2:1", "log_file must not stand here", "config.toml"),
        ('cache_dir = "/tmp/x"', ":2:1", "cache_dir must not stand here", "SORA2BATCH_CACHE_DIR"),
        ('notify = "evil.sh now"', ":2:1", 'notify would start "evil.sh now"', "--notify"),
        ("credit_price = 3", ":2:1", "credit_price is 3, which is no price", "0.0006 USD"),
        ('credit_price = "-1 USD"', ":2:1", 'credit_price has the amount "-1"', "above 0"),
        ('credit_price = "0 USD"', ":2:1", 'credit_price has the amount "0"', "above 0"),
        ('credit_price = "1e5 USD"', ":2:1", 'the amount "1e5"', "above 0"),
        ('credit_price = {amount = inf, currency = "USD"}', ":2:1", "Infinity", "above 0"),
        ('credit_price = {amount = true, currency = "USD"}', ":2:1", "True", "above 0"),
        ('credit_price = "1 usd"', ":2:1", 'the currency "usd"', "capital"),
        (
            'credit_price = {amount = 1, currency = "USD", currancy = 1}',
            ":2:1", 'has no part "currancy"', '"currency"',
        ),
        ('credit_price = {amount = 1e999999999, currency = "USD"}', ":2:1", "1E+9", "above 0"),
        ("credit_price = \n", ":2:16", "this is no TOML: Invalid value", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_place(look_up, write, text, place, told, hint):
    path = write("team/pyproject.toml", f"[tool.sora2batch]\n{text}")
    with pytest.raises(UsageError) as caught:
        look_up()
    assert caught.value.message.startswith(f"{path}{place}: ")
    assert told in caught.value.message
    assert hint in (caught.value.hint or "")


def test_our_name_for_something_else_than_a_table_is_told(look_up, write):
    path = write("team/pyproject.toml", "tool.sora2batch = 3")
    with pytest.raises(UsageError) as caught:
        look_up()
    assert caught.value.message == f"{path}: tool.sora2batch must be a table"


@pytest.mark.parametrize("name", ["api_key", "key", "SJINN_API_KEY", "token", "store.secret", "password"])
@on_linux
def test_a_secret_in_a_file_is_refused_and_not_repeated(look_up, write, name):
    for path in ("config/sora2batch/config.toml", "team/pyproject.toml"):
        text = f'{name} = "sk-never-to-be-seen"\n'
        file = write(path, f"[tool.sora2batch]\n{text}" if path.startswith("team") else text)
        with pytest.raises(UsageError) as caught:
            look_up()
        assert "no secret goes in a file of settings" in caught.value.message
        assert "SJINN_API_KEY_FILE" in caught.value.hint
        assert "never-to-be-seen" not in caught.value.message + caught.value.hint
        file.unlink()


@on_linux
def test_tools_are_the_same_for_everybody_who_has_the_repository(look_up, write):
    own = write("config/sora2batch/config.toml", 'tools_dirs = "mine"\n')
    with pytest.raises(UsageError, match="tools_dirs must not stand here") as caught:
        look_up()
    assert "the same on every machine" in caught.value.hint
    own.unlink()
    project = write("team/pyproject.toml", '[tool.sora2batch]\ntools_dirs = ["tools", "/opt/tools"]\n')
    found = look_up(lambda folder, environ: find_setting("tools_dirs", folder, environ=environ))
    assert found.value == (project.parent / "tools", Path("/opt/tools"))


@on_linux
def test_the_lowest_ceiling_counts_wherever_it_stands(look_up, write):
    def ceiling(**environ):
        found = look_up(ceiling_for, **environ)
        return found and (found.value, Path(found.origin.partition(":")[0]).name)

    assert ceiling() is None
    write("config/sora2batch/config.toml", "max_credits = 500\n")
    assert ceiling(SORA2BATCH_MAX_CREDITS="9000") == (500, "config.toml")
    write("team/pyproject.toml", "[tool.sora2batch]\nmax_credits = 400\n")
    assert ceiling(SORA2BATCH_MAX_CREDITS="9000") == (400, "pyproject.toml")
    assert ceiling(SORA2BATCH_MAX_CREDITS="0") == (0, "SORA2BATCH_MAX_CREDITS")


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
