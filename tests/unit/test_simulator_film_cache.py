from __future__ import annotations

from sora2batch.catalog.tool import Kind
from sora2batch.simulator.film_cache import FilmCache, FilmKey
from sora2batch.simulator.shot import Quality, Shot
from sora2batch.typography.fonts import Fonts

FONTS = Fonts([])


def key(
    prompt: str = "a fox", *, kind: Kind = Kind.VIDEO, fonts: Fonts = FONTS, has_picture: bool = False
) -> FilmKey:
    shot = Shot(
        prompt=prompt,
        details="take 1",
        picture=prompt,
        size=(512, 288),
        seconds=1.0,
        quality=Quality.PLAIN,
        variation=1,
    )
    return FilmKey(shot, kind, fonts, has_picture=has_picture)


def test_a_film_is_found_by_all_that_decides_how_it_looks():
    films = FilmCache()
    films.keep(key(), b"film")
    assert films.find(key()) == b"film"
    assert films.find(key("an owl")) is None
    assert films.find(key(kind=Kind.IMAGE)) is None
    assert films.find(key(fonts=Fonts([]))) is None
    assert films.find(key(has_picture=True)) is None


def test_what_nobody_has_wanted_for_longest_is_forgotten_first():
    films = FilmCache(most_bytes=8)
    for prompt in ("fox", "owl"):
        films.keep(key(prompt), b"1234")
    films.find(key("fox"))
    films.keep(key("cat"), b"1234")
    assert [bool(films.find(key(prompt))) for prompt in ("fox", "owl", "cat")] == [True, False, True]


def test_a_film_is_counted_once_however_often_it_is_kept():
    films = FilmCache(most_bytes=8)
    for prompt in ("fox", "owl", "owl", "owl"):
        films.keep(key(prompt), b"1234")
    assert films.find(key("fox"))


def test_a_film_with_more_than_there_is_room_for_is_not_kept():
    films = FilmCache(most_bytes=3)
    films.keep(key(), b"1234")
    assert films.find(key()) is None
