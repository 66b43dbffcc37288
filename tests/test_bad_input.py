"""Input nobody should write: files torn, odd or hostile, handed to the rooms one by one."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import os
import struct
import threading
import zlib

import clips
import pytest
import stories

from pipeline.cli.main import exit_code_of
from pipeline.errors import (
    LockFileError,
    MediaError,
    SettingsError,
    StoryreelError,
    ToolMissingError,
    ToolStoppedError,
    UsageError,
    of_the_system,
)
from pipeline.files import check_writable, load_json, read_regular, write_whole
from pipeline.ids import TakeKey
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.pictures import look_at_picture
from pipeline.media.probe import probe
from pipeline.media.sound_filters import Heard, sound_arguments
from pipeline.plan.planner import make_plan
from pipeline.plan.take import Lock
from pipeline.run.events import Stored
from pipeline.run.runner import run_plan
from pipeline.run.workshop import Workshop
from pipeline.settings import read_settings
from pipeline.sidecars.lock import read_lock
from pipeline.sidecars.lock_file import load_lock
from pipeline.sidecars.saved_plan import load_plan
from pipeline.store.cleaning import what_to_clean
from pipeline.store.record import MadeFor
from pipeline.store.store import Store
from pipeline.storyboard.loader import load_board
from pipeline.storyboard.resolver import Draft
from pipeline.timing import parse_rate

KEY = TakeKey("k1-one")
DEEP = "[" * 100_000


@pytest.mark.parametrize("torn", ["", "{", "[]", "null", "5", DEEP, "\0"])
def test_a_torn_file_of_our_own_is_one_kind_of_error(tmp_path, torn):
    """Half a document, another kind of document, a nest of brackets: ValueError, no crash."""
    path = tmp_path / "record.json"
    path.write_text(torn)

    with pytest.raises(ValueError, match="not ours"):
        load_json(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_a_pipe_nobody_writes_to_is_refused_at_once(tmp_path):
    """A board, a lock: reading never waits for the other end."""
    pipe = tmp_path / "film.storyboard.yaml"
    os.mkfifo(pipe)

    with pytest.raises(OSError, match="a pipe"):
        read_regular(pipe)
    with pytest.raises(UsageError, match="a pipe"):
        load_board(pipe)
    with pytest.raises(LockFileError, match="a pipe"):
        load_lock(pipe)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('lock = 1\nboard_seed = "x"\n', "board_seed"),
        ("lock = 1\nshots = 5\n", "shots"),
        ("lock = 1\nshots.a = 5\n", "no block"),
        ("lock = 1\n[shots.a]\nseed = -5\n", "seed"),
        ("lock = 1\n[shots.a]\nseed = true\n", "seed"),
        ("lock = 1\n[shots.a]\nseed = 99999999999999999999999\n", "seed"),
        ('lock = 1\n[shots.a]\npick = "../../../etc/passwd"\n', "pick"),
        ("lock = 1\n[shots.a]\nremarks = 1\n", "not known"),
        ("lock = 1\n[[shots.a.takes]]\nnumber = 1\n", "no `key`"),
        (f"lock = 1\nx = {DEEP}\n", "deep"),
        (b"lock = 1 # \xff\n", "UTF-8"),
    ],
)
def test_a_lock_is_believed_in_nothing(text, why):
    """What is unknown or of another kind is refused, never dropped and never made a path of."""
    with pytest.raises(LockFileError, match=why):
        read_lock(text)


def test_a_lock_may_not_name_files(tmp_path):
    """A take's clip and key become names in the store, so they are digests or nothing."""
    take = '[[shots.a.takes]]\nnumber = 1\nmodel = "animatic"\nkey = "{}"\nclip = "{}"\n'
    good = "lock = 1\n" + take.format("k1-ab", "a" * 64)

    assert read_lock(good).of("a").takes[0].clip == "a" * 64
    for key, clip in (("../../x", "a" * 64), ("k1-ab", "../../../x")):
        with pytest.raises(LockFileError, match="cannot be"):
            read_lock("lock = 1\n" + take.format(key, clip))
        line = f'shots.a.takes."{key}"."{clip}" = {{ number = 1, model = "animatic" }}\n'
        with pytest.raises(LockFileError, match="cannot be"):
            read_lock("lock = 2\n" + line)
    (tmp_path / "film.lock.toml").mkdir()
    with pytest.raises(LockFileError, match="directory"):
        load_lock(tmp_path / "film.lock.toml")


@pytest.mark.parametrize("resolution", ["../../../x", "99p", "1p", "99999p", "２４０p", "", 240])
def test_a_saved_plan_cannot_lead_out_of_the_project(tmp_path, resolution):
    """Its resolution names a folder: one that is none is refused before anything is opened."""
    saved = {
        "kind": "storyreel-plan", "schema": 1, "board_path": "film.storyboard.yaml",
        "board_digest": "x", "shots": [], "from": None, "scene": None, "force": [],
        "draft": True, "resolution": resolution, "steps": [],
    }  # fmt: skip
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(saved))

    with pytest.raises(UsageError):
        load_plan(path)
    path.write_text(json.dumps(saved | {"resolution": "240p"}))
    assert load_plan(path).draft == Draft("240p")
    for name in saved:
        path.write_text(json.dumps({k: v for k, v in saved.items() if k != name}))
        with pytest.raises(UsageError, match="no saved plan"):
            load_plan(path)


@pytest.mark.parametrize("rate", ["1e999999999", "1/1e9", "9" * 5000, "24/0", "nan", "0x18", "2_4"])
def test_a_frame_rate_costs_no_time_to_refuse(rate):
    """Numbers that would take hours to write out are no rates."""
    with pytest.raises(ValueError, match="frame rate"):
        parse_rate(rate)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "only be read"),
        (errno.EEXIST, "A folder is needed"),
        (errno.ENOTDIR, "A folder is needed"),
        (errno.EXDEV, "cross-device"),
    ],
)
def test_the_system_is_put_into_words(number, words):
    """The reason, the place, and what to do."""
    error = of_the_system(OSError(number, os.strerror(number), "output/x"))

    assert words.lower() in error.brief.lower()
    assert error.details == "output/x"
    assert error.hint


def run(film, plan, store, maker):
    """Carry out a plan; its outcome, and what was stored."""
    stored = []
    workshop = Workshop(film, store, Lock(), lambda _: maker)

    def hear(event):
        if isinstance(event, Stored):
            stored.append(event.shot)

    outcome = asyncio.run(
        run_plan(
            plan, stories.graph_of(film), workshop, jobs=2, listen=hear, stop=threading.Event()
        )
    )
    return outcome, stored


def test_a_shot_behind_a_reused_one_is_made_once(ffmpeg, tmp_path):
    """A forced shot whose first frame is there already: one take, not two paid ones."""
    from pipeline.api import facts_of

    film = stories.film_of(stories.text("a", "b first_frame: a.last"), tmp_path)
    store = Store(tmp_path / "store")
    maker = stories.NumberingMaker(ffmpeg, {"a": 0, "b": 1})
    run(film, stories.plan_of(film), store, maker)
    maker.happened.clear()
    plan = make_plan(film, stories.graph_of(film), facts_of(film, Lock(), store), forced={"b"})
    outcome, stored = run(film, plan, store, maker)

    assert outcome.whole
    assert maker.happened == ["begin b"]
    assert stored == ["b"]


class Refused:
    """A maker who is refused something by the system for one shot."""

    def __init__(self, shot, error, other):
        self.shot, self.error, self.other = shot, error, other

    def make(self, order, *, tell, stop):
        if order.shot == self.shot:
            raise self.error
        return self.other.make(order, tell=tell, stop=stop)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (MemoryError(), "There is no memory left."),
    ],
)
def test_what_the_system_refuses_one_shot_stops_only_that_shot(ffmpeg, tmp_path, refused, words):
    """That shot's failure, told in words; the others are stored."""
    film = stories.film_of(stories.text("a", "b", "c first_frame: a.last"), tmp_path)
    maker = Refused("a", refused, stories.NumberingMaker(ffmpeg, {"a": 0, "b": 1, "c": 2}))
    outcome, stored = run(film, stories.plan_of(film), Store(tmp_path / "store"), maker)

    assert stored == ["b"]
    assert set(outcome.skipped) == {"c"}
    error = outcome.failed["a"]
    assert isinstance(error, StoryreelError)
    assert error.brief == words


def stored_clip(ffmpeg, folder):
    """A store with one clip made for a key, by its digest."""
    clip = clips.make(ffmpeg, folder / "a.mp4", size=(64, 36), frames=6)
    made_for = MadeFor(key=KEY, label="a", fields={}, model="animatic")
    return Store(folder / "store").admit(clip, probe(clip), made_for).digest


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"schema": 1}', '{"schema": 9}', DEEP])
def test_a_whole_clip_whose_record_is_torn_is_measured_anew(ffmpeg, tmp_path, torn):
    """Its bytes are what its name says: it serves on, and counts as paid for all anyone knows."""
    digest = stored_clip(ffmpeg, tmp_path)
    facts = Store(tmp_path / "store").clip(digest).facts
    record = next((tmp_path / "store" / "clips").glob("*/*.json"))
    record.write_text(torn)
    store = Store(tmp_path / "store", measure=probe)

    assert Store(tmp_path / "store").state(digest) == "torn"
    assert store.clips_for(KEY) == (digest,)
    assert store.clip(digest).facts == facts
    assert what_to_clean(Store(tmp_path / "store"), ()).kept_paid == 1


@pytest.mark.parametrize(
    "torn", [None, "", "[]", '{"clips": 5}', '{"clips": [5]}', '{"clips": ["../../../x"]}', DEEP]
)
def test_which_clips_answer_a_key_is_known_without_its_file(ffmpeg, tmp_path, torn):
    """Lost, torn or leading elsewhere: the records beside the clips tell."""
    digest = stored_clip(ffmpeg, tmp_path)
    path = tmp_path / "store" / "keys" / f"{KEY}.json"
    path.unlink() if torn is None else path.write_text(torn)

    assert Store(tmp_path / "store").clips_for(KEY) == (digest,)


def test_a_clean_that_does_not_know_what_films_use_keeps_every_clip(ffmpeg, tmp_path):
    """A cutting list that cannot be read is no licence to remove the film's clips."""
    stored_clip(ffmpeg, tmp_path)

    assert len(what_to_clean(Store(tmp_path / "store"), ()).clips) == 1
    assert what_to_clean(Store(tmp_path / "store"), None).clips == ()


def program(folder, script):
    """A program of a few lines of shell."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return FFmpeg(path)


ANSWERS = 'if [ "$1" = -version ]; then echo ffmpeg version 6.0 Copyright; exit 0; fi\n'


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ('printf "\\377\\376garbage\\n"', "garbage"),
        ("exit 0", "nothing"),
        ("yes", "y"),
        ("sleep 60 & sleep 60", "within 0.3 seconds"),
        ("echo no; exit 1", "no"),
    ],
)
def test_another_program_is_no_ffmpeg(tmp_path, script, why):
    """Whatever it says, however long it takes: the error names it, and the way out."""
    with pytest.raises(ToolMissingError) as caught:
        program(tmp_path, script).check(patience=0.3)

    assert why in caught.value.details
    assert "STORYREEL_FFMPEG" in caught.value.hint


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
def test_an_ffmpeg_that_takes_nothing_in_can_be_stopped(tmp_path):
    """Fed more than a pipe holds and stopped, it ends with what it started."""
    stop = threading.Event()

    def feed():
        yield bytes(10)
        stop.set()
        yield bytes(10_000_000)

    with pytest.raises(ToolStoppedError):
        program(tmp_path, ANSWERS + "sleep 60").run([], feed=feed(), stop=stop)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('store = ""', "no path"),
        ('store = "a\\u0000b"', "no path"),
        ("store = 5", "no path"),
        ('store = "~nosuchuser/x"', "home folder"),
        (f"x = {DEEP}", "cannot be read"),
        (b"# \xff", "UTF-8"),
        ("jobs = true", "number from 1"),
    ],
)
def test_settings_that_mean_nothing_are_told(tmp_path, text, why):
    """A project's file: which one, and what is wrong with it."""
    path = tmp_path / "storyreel.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(SettingsError, match=why):
        read_settings(tmp_path, environment={}, user_file=tmp_path / "none")


def png(width, height, rows, *, interlaced=0):
    """A PNG of 8-bit RGB with whole chunks around any rows at all."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, interlaced)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_png_without_its_rows_is_found_before_anything_is_made(tmp_path):
    """Every chunk and check sum right and rows missing, interlaced or not; what Pillow opens is."""
    from PIL import Image

    path = tmp_path / "a.png"
    for width, height, interlaced in ((7, 9, 0), (1, 1, 1), (3, 2, 1), (5, 1, 1), (9, 17, 1)):
        whole = next(  # the fewest bytes that Pillow itself takes for a whole picture
            size
            for size in range(height * (1 + 3 * width), 2000)
            if opens(png(width, height, bytes(size), interlaced=interlaced), Image)
        )
        path.write_bytes(png(width, height, bytes(whole), interlaced=interlaced))
        assert look_at_picture(path).width == width
        path.write_bytes(png(width, height, bytes(whole - 1), interlaced=interlaced))
        with pytest.raises(MediaError, match="cut off or damaged"):
            look_at_picture(path)


def opens(data, image):
    """Whether Pillow decodes ``data``."""
    try:
        image.open(io.BytesIO(data)).load()
    except OSError:
        return False
    return True


def test_a_picture_of_few_bytes_and_many_rows_costs_nothing_to_refuse(tmp_path):
    """9,999 x 9,999 pixels promised, none there; then more rows than promised."""
    path = tmp_path / "a.png"
    path.write_bytes(png(9999, 9999, b""))
    with pytest.raises(MediaError, match="cut off"):
        look_at_picture(path)
    path.write_bytes(png(2, 2, bytes(50_000_000)))
    assert look_at_picture(path).width == 2


def test_a_picture_changed_after_the_board_was_read_makes_no_clip(ffmpeg, tmp_path):
    """Its clip would be kept under the name of the picture it was not made from."""
    from PIL import Image

    picture = tmp_path / "vixen.png"
    Image.new("RGB", (64, 36), "red").save(picture)
    film = stories.film_of(stories.text("a first_frame: vixen.png", "b"), tmp_path)
    Image.new("RGB", (64, 36), "blue").save(picture)
    maker = stories.NumberingMaker(ffmpeg, {"a": 0, "b": 1})
    outcome, stored = run(film, stories.plan_of(film), Store(tmp_path / "store"), maker)

    assert stored == ["b"]
    assert "changed after" in outcome.failed["a"].brief


def test_a_saved_plan_or_schema_takes_no_other_files_place(tmp_path):
    """A slip of the finger in -o costs no board, no lock, no picture."""
    board = tmp_path / "film.storyboard.yaml"
    board.write_text(stories.text("a"))
    data = tmp_path / "data.json"
    data.write_text('{"mine": 1}')
    for path in (board, data):
        before = path.read_bytes()
        assert exit_code_of(["plan", str(board), "-o", str(path)]) == 2
        assert exit_code_of(["schema", "-o", str(path)]) == 2
        assert path.read_bytes() == before
    plan = tmp_path / "plan.json"
    assert exit_code_of(["plan", str(board), "-o", str(plan)]) == 0
    assert exit_code_of(["plan", str(board), "-o", str(plan)]) == 0
    assert load_plan(plan).board == board
    assert exit_code_of(["plan", str(board), "-o", str(tmp_path / "plan.txt")]) == 2


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
def test_an_ffmpeg_whose_disk_is_full_says_so(tmp_path):
    """The reason is the disk, not ffmpeg and not the shot."""
    full = program(tmp_path, "echo 'x.mp4: No space left on device' >&2; exit 228")

    with pytest.raises(OSError, match="No space left") as caught:
        full.run([], cwd=tmp_path)
    assert of_the_system(caught.value).brief == "The disk is full."


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    """Not the nameless one that is written beside it first."""
    (tmp_path / "plans").write_text("a file")
    for write in (lambda: write_whole(tmp_path / "plans" / "a.json", "{}"),
                  lambda: check_writable(tmp_path / "plans")):  # fmt: skip
        with pytest.raises(OSError, match="plans"):
            write()


def test_a_path_that_is_no_unicode_reaches_ffmpeg_as_it_is():
    """The library that builds the arguments hashes all names as UTF-8."""
    name = os.fsdecode(b"f\xfclm.mp4")
    told = sound_arguments([name], "out", [Heard(0, 480)])

    assert told[told.index("-i") + 1] == name
