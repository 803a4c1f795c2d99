"""``status --watch``: what it shows while files change, without a real clock."""

import os
from datetime import timedelta
from threading import Thread

import pytest

from fakes.lock_entry import completed, failed, submitted
from fakes.still_clock import StillClock
from fakes.watching import Pauses, Recording, load_batch, watched_of, write_state
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.stamp import StampedTree, stamps_of
from sora2batch.app.batch.watcher import BatchWatcher
from sora2batch.app.status.status_watch import LineScreen, watch
from sora2batch.cli.printer import ClickPrinter
from sora2batch.lockfile.entry import Output
from sora2batch.lockfile.hold import drop_hold, take_hold
from sora2batch.manifest.tree import DiskTree

FILE = Output(path="a.mp4", sha256="0" * 64, bytes=1)
DONE = completed(outputs=(FILE,))
OPEN_LINE = "small.yaml: 1 pending, 1 submitted; 420 of 5,000 credits"


@pytest.fixture
def batch(manifest):
    batch = load_batch(manifest)
    write_state(batch, submitted())
    return batch


def follow(manifest, *happenings, screen=None, interval=2.0):
    screen, pauses = screen or Recording(), Pauses(*happenings)
    one = watched_of(manifest)
    watch([one], screen, StillClock(), interval=interval, pause=pauses)
    return screen, pauses


def nothing():
    pass


def test_a_watch_ends_when_nothing_is_open(manifest, batch):
    screen, pauses = follow(
        manifest,
        lambda: write_state(batch, submitted(), submitted("b")),
        lambda: write_state(batch, DONE, failed()),
    )
    assert screen.lines == [
        OPEN_LINE,
        "small.yaml: 2 submitted; 840 of 5,000 credits",
        "small.yaml: 1 completed, 1 failed; 840 of 5,000 credits",
    ]
    assert pauses.seconds == [2.0, 2.0]


def test_where_nothing_is_open_it_shows_once(manifest):
    screen, pauses = follow(manifest)
    assert screen.lines == ["small.yaml: 2 pending; 0 of 5,000 credits"]
    assert pauses.seconds == []


def test_while_a_run_holds_the_lockfile_it_goes_on(manifest, batch):
    write_state(batch, DONE, DONE)
    descriptor = take_hold(batch.lock_path)
    screen, _ = follow(manifest, nothing, lambda: drop_hold(batch.lock_path, descriptor))
    line = "small.yaml: 2 completed; 840 of 5,000 credits"
    assert screen.lines == [f"{line}; run by another process"] * 2 + [line]


def test_a_run_that_dies_is_no_longer_shown_though_no_file_changed(manifest, batch):
    descriptor = take_hold(batch.lock_path)
    screen, _ = follow(manifest, lambda: os.close(descriptor), nothing, lambda: write_state(batch, DONE))
    assert screen.lines == [
        f"{OPEN_LINE}; run by another process",
        OPEN_LINE,
        OPEN_LINE,
        "small.yaml: 1 pending, 1 completed; 420 of 5,000 credits",
    ]


def test_an_idle_look_reads_nothing(manifest, batch):
    one = watched_of(manifest)
    snapshot = one.snapshot
    assert not one.refresh()
    assert one.snapshot is snapshot


def test_a_manifest_that_is_edited_is_read_again(manifest, batch):
    more = manifest.read_text().replace("[fox, owl]", "[fox, owl, cat]")
    screen, _ = follow(manifest, lambda: manifest.write_text(more), lambda: write_state(batch, DONE))
    assert screen.lines[1] == "small.yaml: 2 pending, 1 submitted; 420 of 5,000 credits"


@pytest.mark.parametrize("broken", ["jobs: [", "version: 1\n", None], ids=["syntax", "schema", "gone"])
def test_a_manifest_that_is_invalid_for_the_moment_leaves_the_last_good_view(manifest, batch, broken):
    text = manifest.read_text()
    screen, _ = follow(
        manifest,
        lambda: manifest.unlink() if broken is None else manifest.write_text(broken),
        lambda: write_state(batch, submitted(), submitted("b")),
        lambda: manifest.write_text(text),
        lambda: write_state(batch, DONE),
    )
    old = "; shown as it was before: "
    assert screen.lines[1].startswith(OPEN_LINE + old)
    assert screen.lines[2].startswith("small.yaml: 2 submitted; 840 of 5,000 credits" + old)
    assert screen.lines[3] == "small.yaml: 2 submitted; 840 of 5,000 credits"


def test_a_data_file_that_appears_later_mends_the_view(manifest, batch, folder):
    other = manifest.read_text().replace("[fox, owl]", "{from: animals.json}")
    screen, _ = follow(
        manifest,
        lambda: manifest.write_text(other),
        lambda: (folder / "animals.json").write_text('["fox", "hen"]'),
        lambda: (folder / "animals.json").write_text('["fox", "hen", "cow"]'),
        lambda: write_state(batch, DONE),
    )
    assert "shown as it was before" in screen.lines[1]
    assert screen.lines[2:4] == [OPEN_LINE, OPEN_LINE.replace("1 pending", "2 pending")]


def test_a_lockfile_that_cannot_be_read_for_the_moment_leaves_the_last_good_view(manifest, batch):
    good = batch.lock_path.read_bytes()
    screen, _ = follow(
        manifest,
        lambda: batch.lock_path.write_bytes(b"<<<<<<< ours\n" + good),
        nothing,
        lambda: batch.lock_path.write_bytes(good),
        lambda: write_state(batch, DONE),
    )
    assert screen.lines[1].startswith(OPEN_LINE + "; shown as it was before: ")
    assert screen.lines[1] == screen.lines[2]
    assert screen.lines[3] == OPEN_LINE


def test_a_lockfile_that_vanishes_is_an_empty_one(manifest, batch):
    screen, _ = follow(manifest, batch.lock_path.unlink)
    assert screen.lines[1] == "small.yaml: 2 pending; 0 of 5,000 credits"


def test_a_look_that_takes_long_is_taken_less_often(manifest, batch):
    clock = StillClock()
    pauses = Pauses(nothing, lambda: write_state(batch, DONE))
    one = watched_of(manifest)

    class Slow:
        snapshot = property(lambda self: one.snapshot)
        complaint_lines = ()

        def refresh(self):
            clock.moment += timedelta(seconds=3)
            return one.refresh()

    watch([Slow()], Recording(), clock, interval=2.0, pause=pauses)
    assert pauses.seconds == [2.0, 12.0]


def test_a_line_is_printed_only_where_it_differs(manifest, batch, capsys):
    follow(manifest, nothing, nothing, lambda: write_state(batch, DONE), screen=LineScreen(ClickPrinter()))
    assert capsys.readouterr().out.splitlines() == [
        OPEN_LINE,
        "small.yaml: 1 pending, 1 completed; 420 of 5,000 credits",
    ]


def test_a_watch_outside_a_terminal_prints_lines(call, manifest):
    ran = call("status", manifest, "--watch", "--interval", 0.1)
    assert (ran.code, ran.out, ran.err) == (0, "small.yaml: 2 pending; 0 of 5,000 credits\n", "")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--watch", "--json"], "--watch shows many states and --json is one document: give one of them"),
        (["--interval", "3"], "--interval is for --watch"),
        (["--watch", "--interval", "0"], "Invalid value for '--interval': 0.0 is not in the range x>=0.1."),
    ],
)
def test_flags_that_do_not_go_together_are_refused(call, manifest, flags, message):
    ran = call("status", manifest, *flags)
    assert ran.code == 2
    assert f"error: {message}" in ran.err


def test_the_watched_files_are_left_alone(call, manifest, folder):
    call("status", manifest, "--watch")
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


def test_several_manifests_are_watched_until_the_last_is_at_rest(manifest, batch, folder):
    (folder / "other.yaml").write_text(manifest.read_text())
    screen = Recording()
    both = [watched_of(manifest), watched_of(folder / "other.yaml")]
    watch(both, screen, StillClock(), interval=1.0, pause=Pauses(lambda: write_state(batch, DONE)))
    done = "small.yaml: 1 pending, 1 completed; 420 of 5,000 credits"
    other = "other.yaml: 2 pending; 0 of 5,000 credits"
    assert screen.lines == [OPEN_LINE, other, done, other]


def test_a_lockfile_that_is_being_replaced_is_read_whole_every_time(manifest, batch):
    one = watched_of(manifest)
    states = ([submitted()], [submitted(), submitted("b")])
    writing = Thread(target=lambda: [write_state(batch, *states[number % 2]) for number in range(150)])
    writing.start()
    seen = 0
    while writing.is_alive():
        seen += one.refresh()
        assert one.complaints == ()
        assert one.snapshot.overview.total.states["submitted"] in {1, 2}
    writing.join()
    assert seen, "nothing was read while it was being written"
    one.refresh()
    assert one.snapshot.overview.total.states["submitted"] == 2


def test_an_edit_between_loading_and_the_first_look_is_seen(manifest, batch):
    load = loader_for(())
    loaded = load.load(manifest)
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "[fox, owl, cat]"))
    one = BatchWatcher(loaded, load)
    assert one.refresh()
    assert one.snapshot.overview.total.jobs == 3


def test_a_data_file_that_is_written_between_loading_and_the_first_look_is_read_again(
    manifest, batch, folder
):
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "{from: animals.json}"))
    animals = folder / "animals.json"
    animals.write_text('["fox"]')
    load = loader_for(())
    loaded = load.load(manifest)
    animals.write_text('["fox", "hen"]')
    one = BatchWatcher(loaded, load)
    assert one.refresh()
    assert one.snapshot.overview.total.jobs == 2
    assert not one.refresh()


def test_a_file_that_is_written_while_it_is_read_differs_from_its_stamp(folder):
    class Meddling(DiskTree):
        """At the moment at which the bytes are in memory, somebody writes the file anew."""

        def read(self, name):
            raw = super().read(name)
            (folder / name).write_text("longer")
            return raw

    (folder / "a.csv").write_text("short")
    tree = StampedTree(Meddling(folder), folder)
    assert tree.read("a.csv") == b"short"
    assert list(tree.stamps) == [f"{folder}/a.csv"]
    assert tuple(tree.stamps.values()) != stamps_of(tree.stamps)
