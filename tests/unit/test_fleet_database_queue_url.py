from __future__ import annotations

from urllib.parse import quote, quote_plus

import psycopg.conninfo
import pytest

from sora2batch.fleet.database.queue_url import QueueUrl
from sora2batch.ground.errors import UsageError

SECRET = "s3cr3t/of:the@fleet%"


def url_of(password=SECRET, rest="db.example:5433/work"):
    return f"postgresql://ada:{quote(password, safe='')}@{rest}"


@pytest.mark.parametrize(
    ("text", "user", "hosts", "database"),
    [
        ("postgresql://ada:pw@db.example:5433/work", "ada", ("db.example:5433",), "work"),
        ("postgres://db.example", "", ("db.example:5432",), ""),
        ("  postgresql://ada@[::1]:5433/work\n", "ada", ("[::1]:5433",), "work"),
        (
            "postgresql://a,b:5433/work?target_session_attrs=read-write",
            "",
            ("a:5432", "b:5433"),
            "work",
        ),
        ("postgresql:///work?host=/run/postgresql&user=ada", "ada", ("/run/postgresql",), "work"),
        ("postgresql://%2Frun%2Fpg/work", "", ("/run/pg",), "work"),
        ("postgresql://?host=a,::1&port=1,2&dbname=work", "", ("a:1", "[::1]:2"), "work"),
        ("postgresql://?host=a,b&port=7", "", ("a:7", "b:7"), ""),
        ("postgresql://ada@db:1/work?host=other&dbname=more&user=bob&port=2", "bob", ("other:2",), "more"),
        ("postgresql://", "", (), ""),
        ("POSTGRESQL://a_b.c/d", "", ("a_b.c:5432",), "d"),
        ("postgresql://ad%61:p?w#x@db/work", "ada", ("db:5432",), "work"),
    ],
)
def test_a_url_is_taken_apart(text, user, hosts, database):
    url = QueueUrl.parse(text)
    assert (url.user, url.hosts, url.database) == (user, hosts, database)


def test_libpq_takes_it_apart_in_the_same_way():
    url = QueueUrl.parse(url_of())
    found = psycopg.conninfo.conninfo_to_dict(url.reveal())
    assert found == {
        "user": url.user,
        "password": SECRET,
        "host": "db.example",
        "port": "5433",
        "dbname": url.database,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must start with postgresql://"),
        ("mysql://ada:s3cr3t@db/work", "must start with postgresql://"),
        ("postgresql:/ada:s3cr3t@db/work", "must start with postgresql://"),
        ("ada:s3cr3t@db/work", "must start with postgresql://"),
        ("postgresql://ada:s3c r3t@db/work", "must not have white space or control characters in it"),
        ("postgresql://ada:s3cr3t@db/wo\0rk", "must not have white space or control characters in it"),
        ("postgresql://ada:s3cr3t%@db/work", "has a % that begins no percent-encoded character"),
        ("postgresql://ada:s3cr3t%00@db/work", "has a % that begins no percent-encoded character"),
        ("postgresql://ada:s3/cr3t@db/work", "has no usable host and port"),
        ("postgresql://ada:s3@cr3t@db/work", "has no usable host and port"),
        ("postgresql://ada:s3cr3t@db:99999/work", "has a port that is not from 1 to 65535"),
        ("postgresql://ada:s3cr3t@db:0/work", "has a port that is not from 1 to 65535"),
        ("postgresql://ada:s3cr3t@d&b/work", "has no usable host and port"),
        ("postgresql://db/work?s3cr3t", "must have NAME=VALUE behind its ?"),
        ("postgresql:///work?port=s3cr3t&host=a", "has a port that is not from 1 to 65535"),
    ],
)
def test_what_is_no_url_is_told_and_not_shown(text, told):
    with pytest.raises(UsageError) as ended:
        QueueUrl.parse(text, origin="config.toml:3:1: queue")
    assert ended.value.message.startswith(f"config.toml:3:1: queue {told}")
    for shown in ("s3", "cr3t"):
        assert shown not in ended.value.sentence


@pytest.mark.parametrize("text", [url_of(), f"postgresql://db/work?password={quote(SECRET, safe='')}"])
def test_nothing_shows_the_password(text):
    url = QueueUrl.parse(text)
    for shown in (str(url), repr(url), f"{url}", url.place):
        assert SECRET not in shown
        assert quote(SECRET, safe="") not in shown
    assert url.reveal() == text


def test_it_reads_as_it_was_written_but_for_the_password():
    assert str(QueueUrl.parse(url_of())) == "postgresql://ada:***@db.example:5433/work"
    assert str(QueueUrl.parse("postgresql:///work?host=/run/pg")) == "postgresql:///work?host=/run/pg"
    assert repr(QueueUrl.parse("postgres://db")) == "QueueUrl(postgresql://db:5432/)"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").replace("%2F", "%2f").replace("%3A", "%3a"),
    ],
)
def test_the_password_is_taken_out_of_any_text(form):
    found = QueueUrl.parse(url_of()).redact(f"the server said {form}, again: {form}")
    assert found == "the server said ***, again: ***"


def test_what_is_taken_out_is_taken_out_of_its_own_url():
    url = QueueUrl.parse(url_of())
    assert url.redact(f"connect to {url.reveal()}") == "connect to postgresql://ada:***@db.example:5433/work"


def test_every_secret_of_the_query_counts():
    url = QueueUrl.parse("postgresql://db/work?sslpassword=f1rst&password=s3cond")
    assert url.redact("f1rst s3cond f1r") == "*** *** f1r"


def test_a_password_that_is_also_the_users_name_is_taken_out_where_it_stands_as_one():
    url = QueueUrl.parse("postgresql://postgres:postgres@db/postgres")
    assert url.redact('postgresql://postgres:postgres@db/: database "postgres"') == (
        'postgresql://postgres:***@db/: database "postgres"'
    )


def test_a_very_short_password_spoils_no_words():
    url = QueueUrl.parse("postgresql://ada:pw@db/work")
    assert url.redact("ada:pw@db, pwd and pw") == "ada:***@db, pwd and ***"


def test_two_are_the_same_whoever_says_so():
    one, other = QueueUrl.parse(url_of(), origin="a"), QueueUrl.parse(url_of(), origin="b")
    assert one == other
    assert one != QueueUrl.parse(url_of("another"))
