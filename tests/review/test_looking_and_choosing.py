"""What the page is told, what it writes, and that everybody who looks hears of it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import clips
import pytest
import reviewed
from PIL import Image

from pipeline.cli.main import exit_code_of
from pipeline.files import held
from pipeline.media.probe import probe
from pipeline.run.events import Started, Stored
from pipeline.sidecars.happened import HappenedLog


@pytest.fixture(scope="module")
def begun(tmp_path_factory, ffmpeg):
    """A board with takes, never changed."""
    return reviewed.begin(tmp_path_factory.mktemp("looked") / "project", ffmpeg)


@pytest.fixture(scope="module")
def still(begun):
    """Its server."""
    with reviewed.serving(begun) as one:
        yield one


@pytest.fixture
def project(begun, tmp_path):
    """A copy of it to change."""
    return begun.copied(tmp_path / "project")


@pytest.fixture
def server(project):
    with reviewed.serving(project) as one:
        yield one


def test_the_film_is_told(still):
    """Shots in order with their takes, the frames to play, and addresses that are answered."""
    told = still.film()
    first, second, third = told["shots"]
    take = first["takes"][0]
    answers = {
        address: still.client.get(address)
        for address in (
            take["plays"],
            take["poster"],
            f"{take['poster']}?side=160",
            f"{take['poster']}?side=640&frame=3",
            first["pictures"][0]["image"],
            second["pictures"][0]["image"],
        )
    }
    text = still.client.get("/api/board").json()

    assert (told["title"], told["good"], told["rate"], told["faults"]) == (
        "Harbour", True, [12, 1], [],
    )  # fmt: skip
    assert [shot["standing"] for shot in told["shots"]] == ["stands", "stands", "to do"]
    assert [len(shot["takes"]) for shot in told["shots"]] == [2, 1, 0]
    assert take["serves"]
    assert not first["takes"][1]["serves"]
    assert (take["frames"], take["rate"], take["width"]) == (12, [12, 1], 72)
    assert take["cut"] == {"in": 0, "out": 12, "speed": [1, 1], "hold": 0}
    assert third["now"].startswith("make")
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(
        answers, 200
    )
    frame = Image.open(io.BytesIO(answers[f"{take['poster']}?side=640&frame=3"].content))
    assert clips.number_in(frame) == 13
    handed = Image.open(io.BytesIO(answers[second["pictures"][0]["image"]].content))
    assert clips.number_in(handed) == 10 + reviewed.FRAMES - 1
    assert text["text"] == reviewed.BOARD
    assert text["path"] == told["path"] == "storyboards/harbour.storyboard.yaml"


def test_the_state_is_sent_once(still):
    """The same revision is answered without it; the first event tells the same one."""
    answer = still.client.get("/api/film")
    etag = answer.headers["etag"]
    again = still.client.get("/api/film", headers={"if-none-match": etag})
    with reviewed.Listener(still) as page:
        first = page.next()

    assert etag == f'"{answer.json()["revision"]}"'
    assert (again.status_code, again.content) == (304, b"")
    assert first == ("film", {"revision": answer.json()["revision"]})


@pytest.mark.parametrize(
    ("query", "status"), [("side=161", 422), ("side=x", 422), ("frame=-1", 422), ("frame=99", 409)]
)
def test_posters_are_of_few_sizes_and_of_frames_there_are(begun, still, query, status):
    """Whatever else is asked is an error in words, not a picture and not a bug."""
    answer = still.client.get(f"/posters/{begun.clip('sh010')}.jpg?{query}")

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("deed", "words", "command"),
    [
        ("pick", {"take": 2}, ["pick", "sh010", "2"]),
        ("pick", {"take": 2, "hold": True}, ["pick", "sh010", "2", "--hold"]),
        ("reject", {"take": 1}, ["reject", "sh010", "1"]),
        (
            "note",
            {"take": 2, "frame": 7, "text": " the rope  jumps "},
            ["note", "sh010", "7f", "the rope jumps", "--take", "2"],
        ),
    ],
)
def test_what_the_page_writes_is_what_the_command_writes(project, tmp_path, deed, words, command):
    """The lock has the very same bytes, and the state knows at once."""
    other = project.copied(tmp_path / "other")
    with reviewed.serving(project) as server:
        answer = server.post(deed, shot="sh010", **words)
        told = server.film()
    with contextlib.chdir(other.folder):
        assert exit_code_of([*command, "--board", str(other.board)]) == 0

    assert answer.status_code == 200, answer.text
    assert answer.json()["said"][0].startswith("sh010 take")
    assert answer.json()["revision"] == told["revision"]
    assert project.lock.read_bytes() == other.lock.read_bytes()


def test_a_pick_tells_what_follows(server):
    """What starts on its frames is to be made anew; the page says so as the command does."""
    said = server.post("pick", shot="sh010", take=2).json()["said"]
    shot = server.shot("sh010")

    assert said[:2] == ["sh010 take 2 is picked", "now: take 2, picked"]
    assert said[2].startswith("sh020 is to be made: follows sh010")
    assert [(take["serves"], take["picked"]) for take in shot["takes"]] == [
        (False, False), (True, True),
    ]  # fmt: skip


def test_a_note_stands_at_its_frame(server):
    """It is told with the take, by frame and time code of the clip."""
    server.post("note", shot="sh010", take=1, frame=11, text="Last frame: look.")

    assert server.shot("sh010")["takes"][0]["notes"] == [
        {"frame": 11, "timecode": "00:00:00:11", "text": "Last frame: look."}
    ]


@pytest.mark.parametrize(
    ("deed", "words", "message"),
    [
        ("pick", {"shot": "sh010", "take": 9}, "sh010 has no take 9."),
        ("pick", {"shot": "sh999", "take": 1}, "no shot"),
        ("reject", {"shot": "sh030", "take": 1}, "sh030 has no take 1."),
        ("note", {"shot": "sh010", "take": 1, "frame": 12, "text": "x"}, "past the end"),
        ("note", {"shot": "sh010", "take": 1, "frame": -1, "text": "x"}, "before the beginning"),
        ("note", {"shot": "sh010", "take": 1, "frame": 0, "text": " "}, "says nothing"),
        ("note", {"shot": "sh010", "take": 1, "frame": 0, "text": "x" * 2001}, "at most 2000"),
    ],
)
def test_what_cannot_be_done_is_said_and_writes_nothing(begun, still, deed, words, message):
    """The error is the command's own."""
    before = begun.lock.read_bytes()
    answer = still.post(deed, **words)

    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]
    assert begun.lock.read_bytes() == before


def test_two_pages_agree(server):
    """What one picks the other hears of, and both then know the same."""
    with reviewed.Listener(server) as one, reviewed.Listener(server) as two:
        one.until("film")
        two.until("film")
        revision = server.post("pick", shot="sh010", take=2).json()["revision"]

        assert one.until("film") == two.until("film") == {"revision": revision}


def test_a_take_from_another_process_is_heard(server, project, ffmpeg):
    """Somebody adopts a clip in another terminal: it is there without asking."""
    file = clips.make(ffmpeg, project.folder / "new.mp4", rate="12", frames=12, start=90)
    with reviewed.Listener(server) as page:
        page.until("film")
        adopt = ["-m", "pipeline", "adopt", "sh030", str(file), "--board", str(project.board)]
        home = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run(
            [sys.executable, *adopt], check=True, capture_output=True, cwd=project.folder, env=home
        )
        told = page.until_told(lambda film: film["shots"][2]["takes"])

    assert told["shots"][2]["standing"] == "stands"


def test_faults_are_told_and_the_last_good_film_stays(server, project):
    """With line and hint; once they are mended the film is told as before."""
    before = server.film()
    with reviewed.Listener(server) as page:
        page.until("film")
        project.edit("prompt: The end.", "promt: The end.")
        broken = page.until_told(lambda film: not film["good"])
        project.edit("promt: The end.", "prompt: The end.")
        mended = page.until_told(lambda film: film["good"])

    assert ("unknown-key", "sh030", 9) in [
        (fault["code"], fault["shot"], fault["line"]) for fault in broken["faults"]
    ]
    assert broken["shots"] == before["shots"]
    assert mended["revision"] == before["revision"]


def test_a_board_that_was_never_right_is_an_empty_film_with_its_faults(project):
    """It is served all the same; nothing can be picked, and mending it brings the film."""
    project.edit("storyboard: 1", "storyboard: 7")
    with reviewed.serving(project) as server:
        told = server.film()
        refused = server.post("pick", shot="sh010", take=2)
        page = server.client.get("/")
        with reviewed.Listener(server) as listener:
            listener.until("film")
            project.edit("storyboard: 7", "storyboard: 1")
            mended = listener.until_told(lambda film: film["good"])

    assert (told["shots"], told["good"], len(told["faults"])) == ([], False, 1)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "board-faults")
    assert page.status_code == 200
    assert len(mended["shots"]) == 3


def test_a_render_is_followed_from_its_log(server, project):
    """What happens in it is told as it happens, and how many shots are done."""
    lock = project.block("sh030")
    take = project.block("sh010").takes[0]
    assert not lock.takes
    turn = project.output / "render.flock"
    with reviewed.Listener(server) as page, held(turn):
        page.until("film")
        with HappenedLog(project.output, ["sh030", "sh020"]) as log:
            began = page.until_told(lambda film: film["running"])
            log.hear(Started("sh030", "new"))
            page.until("happened", event="started", shot="sh030")
            making = page.until_told(lambda film: film["shots"][2]["progress"]["state"] == "making")
            log.hear(Stored("sh030", take))
            page.until("happened", event="stored", clip=take.clip)
            stored = page.until_told(lambda film: film["running"]["done"])
        ended = page.until_told(lambda film: film["running"] is None)

    assert began["running"]["of"] == 2
    assert began["shots"][1]["progress"]["state"] == "waiting"
    assert making["running"]["done"] == 0
    assert [one["number"] for one in stored["shots"][2]["takes"]] == [take.number]
    assert ended["shots"][2]["progress"] is None


def test_a_render_that_was_killed_does_not_seem_to_run(project):
    """Its log has no end, and nobody holds the board's turn."""
    log = HappenedLog(project.output, ["sh030"])
    log.__enter__()
    with reviewed.serving(project) as server:
        told = server.film()
    log.__exit__(None, None, None)

    assert told["running"] is None


def test_a_clip_that_browsers_cannot_play_has_a_copy_that_they_can(project, ffmpeg):
    """Frame for frame, in H.264; the clip itself is left as it is."""
    codec = ("-c:v", "mpeg4", "-q:v", "3")
    project.adopt(ffmpeg, "sh030", 120, codec=codec, sound=1.0)
    with reviewed.serving(project) as server:
        (take,) = server.shot("sh030")["takes"]
        original = server.client.get(f"/clips/{take['clip']}").content
        copy = server.client.get(take["plays"], headers={"range": "bytes=0-"})
    path = project.folder / "copy.mp4"
    path.write_bytes(copy.content)
    facts = probe(path)

    assert take["plays"] == f"/proxies/{take['clip']}.mp4"
    assert copy.status_code == 206
    assert (facts.codec, facts.pixels, facts.frames, facts.rate) == ("h264", "yuv420p", 12, 12)
    assert original == (project.folder / "sh030-120.mp4").read_bytes()


def test_the_server_leaves_though_a_page_listens(project):
    """A stream that is open keeps nobody."""
    with reviewed.serving(project) as server, reviewed.Listener(server) as page:
        page.until("film")
        threads = server.port
    assert threads  # ``serving`` saw its thread end while the stream was open
