"""What holds of findings, whatever is measured."""

from hypothesis import given
from hypothesis import strategies as st

from sora2batch.clipcheck.clip_finding import Expected, FindingKind
from sora2batch.clipcheck.clip_rules import judge_film
from sora2batch.clipcheck.measurement import FilmMeasurement

SECONDS = st.floats(0, 1e6)
FILMS = st.builds(
    FilmMeasurement,
    width=st.integers(0, 20_000),
    height=st.integers(0, 20_000),
    promised_seconds=st.none() | SECONDS,
    decoded_seconds=SECONDS,
    black_seconds=SECONDS,
    frozen_seconds=SECONDS,
    frames=st.integers(0, 10**6),
    bad_frames=st.integers(0, 10**6),
    peak=st.none() | st.floats(0, 1),
    fault=st.none() | st.text(max_size=20),
)
ASKED = st.builds(
    Expected,
    seconds=st.none() | st.floats(0.1, 1e4),
    aspect=st.none()
    | st.sampled_from(["16:9", "9:16", "1:1", "auto", "0:0", "800x1200"])
    | st.text(max_size=8),
    sound=st.none() | st.booleans(),
)


@given(FILMS, ASKED)
def test_each_finding_is_told_once_sorted_with_a_short_reason(film, asked):
    found = judge_film(film, asked)
    kinds = [one.kind for one in found]
    assert kinds == sorted(set(kinds))
    assert all(0 < len(one.reason) <= 300 for one in found)


@given(FILMS)
def test_what_was_not_asked_for_is_not_found(film):
    kinds = {one.kind for one in judge_film(film, Expected())}
    assert not kinds & {FindingKind.SILENT, FindingKind.SHORT, FindingKind.SHAPE}


@given(st.floats(0.5, 60), st.sampled_from([(16, 9), (9, 16), (1, 1), (4, 3), (21, 9)]), st.floats(0, 0.3))
def test_what_comes_as_asked_is_no_finding(seconds, aspect, share):
    """With a fade of a third, a rest of a third, one bad frame in hundreds, and half a second less."""
    film = FilmMeasurement(
        width=aspect[0] * 80,
        height=aspect[1] * 80,
        promised_seconds=seconds,
        decoded_seconds=max(seconds - 0.4, 0),
        black_seconds=(seconds - 0.4) * share,
        frozen_seconds=(seconds - 0.4) * share,
        frames=300,
        bad_frames=1,
        peak=0.01,
    )
    asked = Expected(seconds=seconds + 0.4, aspect=f"{aspect[0]}:{aspect[1]}", sound=True)
    assert judge_film(film, asked) == ()


@given(st.floats(1, 60), st.floats(0, 1))
def test_more_black_is_never_less_of_a_finding(seconds, share):
    def film(black):
        return FilmMeasurement(160, 90, seconds, seconds, black, 0, 10, 0, 0.1)

    if judge_film(film(seconds * share), Expected()):
        assert judge_film(film(seconds), Expected())
