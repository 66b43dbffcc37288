"""``adopt``: a clip from elsewhere becomes a take, once, whole, and is never lost or drawn over."""

from __future__ import annotations

import contextlib

import av
import clips
import pytest

from pipeline.api import Draft, adopt_clip, plan_film, render_film
from pipeline.cli.main import exit_code_of
from pipeline.errors import MediaError, UsageError
from pipeline.files import digest_of_file
from pipeline.plan.step import Missing
from pipeline.sidecars.lock_file import load_lock
from pipeline.store.cleaning import what_to_clean
from pipeline.store.record import MadeFor

BOARD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 96p, fps: 24}
defaults: {model: happyhorse-1.1, duration: 1s, aspect: "16:9", resolution: 720p}
shots:
  - {id: sh010, prompt: A harbour at dawn.}
  - {id: sh020, model: animatic, prompt: It goes on., first_frame: sh010.last, duration: 0.25s}
"""


class Project:
    """A board, and clips bought elsewhere that lie outside of it."""

    def __init__(self, folder, ffmpeg):
        self.ffmpeg = ffmpeg
        self.folder = folder
        self.board = folder / "storyboards" / "harbour.storyboard.yaml"
        self.board.parent.mkdir(parents=True)
        self.board.write_text(BOARD)
        self.lock = self.board.with_name("harbour.lock.toml")
        self.elsewhere = folder.parent / "elsewhere"
        self.elsewhere.mkdir()

    def clip(self, name="bought.mp4", **how):
        path = self.elsewhere / name
        return clips.make(self.ffmpeg, path, size=(144, 96), **{"frames": 24, **how})

    def adopt(self, file, shot="sh010", **how):
        return adopt_clip(self.board, shot, file, **how)

    def plan(self, **how):
        return plan_film(self.board, **how)

    def take_numbers(self):
        return [take.number for take in load_lock(self.lock).of("sh010").takes]


@pytest.fixture
def project(tmp_path, ffmpeg):
    """A project whose first shot a vendor would make, and whose second follows it."""
    return Project(tmp_path / "project", ffmpeg)


def numbers_in(film):
    with av.open(str(film)) as container:
        return [clips.number_in(frame.to_image()) for frame in container.decode(video=0)]


def test_it_serves_where_the_shot_has_no_take(project):
    """The bytes are kept, the file stays, nothing is to be bought, and the film shows it all."""
    file = project.clip(sound=1.0)
    adopted = project.adopt(file, note="from the shop")
    planned = project.plan()
    record = planned.store.record(adopted.take.clip)
    made = record.made[0]

    assert (adopted.take.number, adopted.serving, adopted.outcome) == (1, 1, "new")
    assert adopted.take.clip == digest_of_file(file)
    assert (adopted.take.model, adopted.take.route) == ("happyhorse-1.1", "adopted")
    assert (adopted.take.price, adopted.notes) == ("adopted", ())
    assert made.notes == ("adopted from bought.mp4", "from the shop")
    assert [step.verb for step in planned.plan.steps] == ["reuse", "make"]
    assert planned.plan.steps[1].key is not None

    rendered = render_film(planned)
    assert numbers_in(rendered.film)[:24] == list(range(24))
    assert numbers_in(rendered.outcome.clips["sh020"].path)[0] == 23
    assert project.board.read_text() == BOARD


def test_another_serves_only_when_it_is_picked(project):
    """A second clip is take 2 and changes nothing; --pick lets it serve, also afterwards."""
    first, second, third = (project.clip(f"{n}.mp4", start=30 * n) for n in range(3))
    project.adopt(first)
    later = project.adopt(second)
    assert (later.take.number, later.serving, later.picked) == (2, 1, False)

    again = project.adopt(second, pick=True)
    assert (again.take.number, again.serving, again.outcome) == (2, 2, "picked")

    picked = project.adopt(third, pick=True)
    assert (picked.take.number, picked.serving, picked.outcome) == (3, 3, "new")
    assert project.plan().plan.steps[0].action.take == 3
    assert project.take_numbers() == [1, 2, 3]


def test_a_clip_that_is_a_take_already_is_named_and_nothing_is_written(project):
    """Its number is told; the lock and the store keep their bytes."""
    file = project.clip()
    project.adopt(file)
    before = project.lock.read_bytes()
    copy = file.with_name("copy.mp4")
    copy.write_bytes(file.read_bytes())

    with pytest.raises(UsageError, match="take 1 of sh010 already; nothing was written"):
        project.adopt(copy)
    assert project.lock.read_bytes() == before
    assert list((project.folder / "output" / "store" / "incoming").iterdir()) == []


def test_after_the_prompt_was_changed_it_may_be_taken_for_the_new_one(project):
    """A take answers the words it was made for; for others it is adopted once more."""
    file = project.clip()
    project.adopt(file)
    project.board.write_text(BOARD.replace("dawn", "dusk"))
    assert project.plan().plan.steps[0].verb == "make"

    adopted = project.adopt(file)
    assert (adopted.take.number, adopted.serving) == (2, 2)
    assert project.plan().plan.steps[0].verb == "reuse"


def test_what_differs_from_what_was_asked_is_kept_and_told(project):
    """Shorter, another rate and size, silent: each is said, and stands beside the clip."""
    file = clips.make(
        project.ffmpeg, project.elsewhere / "odd.mov", size=(90, 90), rate="25", frames=10
    )
    adopted = project.adopt(file)
    told = " / ".join(adopted.notes)

    assert "it is 0.4s long, the shot 1s: the film is 14 frames shorter" in told
    assert "it is 90x90: fitted to 144x96, with black bars" in told
    assert "it has 25 frames a second, the film 24" in told
    assert "no sound" in told
    assert project.plan().store.record(adopted.take.clip).made[0].notes[1:] == adopted.notes

    longer = project.adopt(project.clip("long.mp4", frames=40, sound=1.0))
    assert longer.notes == ("it is 1.667s long, the shot 1s: the film shows its beginning",)


def test_a_shot_that_follows_one_not_made_yet_has_no_request_to_answer(project):
    """It says what to make first."""
    with pytest.raises(UsageError, match=r"sh020 starts from sh010\.last") as caught:
        project.adopt(project.clip(), "sh020")

    assert "storyreel render harbour --shot sh010" in caught.value.hint
    assert not project.lock.exists()


def not_clips(project):
    whole = project.clip(frames=48, codec=clips.TWO_B_FRAMES)
    tone = project.elsewhere / "tone.m4a"
    project.ffmpeg.run(["-f", "lavfi", "-i", "sine=d=0.2", str(tone)])
    picture = project.elsewhere / "still.png"
    project.ffmpeg.run(["-i", str(whole), "-frames:v", "1", str(picture)])
    contents = {
        "empty.mp4": b"",
        "page.mp4": b"<!doctype html><p>busy",
        "torn.mp4": whole.read_bytes()[:2000],
        "late.mp4": damaged(whole.read_bytes()),
    }
    for name, data in contents.items():
        (project.elsewhere / name).write_bytes(data)
    hdr = (*clips.NO_B_FRAMES, "-bsf:v", "h264_metadata=transfer_characteristics=18")
    project.clip("hdr.mp4", frames=2, codec=hdr)
    return project.elsewhere


def damaged(data):
    middle = data.index(b"mdat") + 1200
    return data[:middle] + bytes(400) + data[middle + 400 :]


def test_what_is_no_clip_is_refused_in_words_and_nothing_is_written(project):
    """Picture, sound, page, torn, damaged, HDR, empty, folder, nothing: each says what it is."""
    folder = not_clips(project)
    whys = {
        "still.png": "it is a picture, not a clip",
        "tone.m4a": "it has sound but no picture",
        "page.mp4": "it is a web page, not a clip",
        "torn.mp4": "cut off or damaged",
        "late.mp4": "decoded|damaged",
        "hdr.mp4": "HDR",
        "empty.mp4": "it is empty",
        ".": "it is a folder",
        "gone.mp4": "it is not there",
    }
    for name, why in whys.items():
        with pytest.raises(MediaError, match=why) as caught:
            project.adopt(folder / name)
        assert caught.value.path == folder / name
    assert not project.lock.exists()
    assert list(project.plan().store.digests()) == []
    with pytest.raises(UsageError, match="no shot `sh01`") as slip:
        project.adopt(folder / "bought.mp4", "sh01")
    assert slip.value.hint == "Did you mean `sh010`?"


def test_stopped_between_store_and_lock_it_is_finished_by_the_next_command(project):
    """The clip is there and no take: adopting it again, or a render, makes it one."""
    file = project.clip()
    project.adopt(file)
    project.lock.unlink()

    again = project.adopt(file)
    assert (again.take.number, again.outcome) == (1, "new")
    project.lock.unlink()
    render_film(project.plan())
    take = load_lock(project.lock).of("sh010").takes[0]
    assert (take.clip, take.route, take.price) == (again.take.clip, "adopted", "adopted")
    assert len(list(project.plan().store.digests())) == 2


def test_how_a_bought_clip_was_bought_stays_said(project):
    """A clip the store has from a vendor for this very request keeps its job and its price."""
    file = project.clip()
    planned = project.plan()
    request = planned.plan.steps[0].request
    incoming = planned.store.incoming()
    incoming.write_bytes(file.read_bytes())
    bought = MadeFor(request.key, "sh010", request.fields(), "happyhorse-1.1", route="apiframe",
                     job="j-1", price="120 credits")  # fmt: skip
    from pipeline.media.probe import probe

    clip = planned.store.admit(incoming, probe(file), bought)
    adopted = project.adopt(file)

    assert (adopted.take.route, adopted.take.job) == ("apiframe", "j-1")
    assert project.plan().store.record(clip.digest).made == (bought,)


def test_clean_keeps_it_and_its_loss_is_never_drawn_over(project):
    """It is protected as paid clips are; once gone, its shot waits, even in a free draft."""
    file = project.clip()
    for draft in (None, Draft("64p")):
        take = project.adopt(file, draft=draft).take
        store = project.plan(draft=draft).store
        assert what_to_clean(store, set()).clips == ()
        assert what_to_clean(store, set()).kept_paid == 1

        store.drop(take.clip)
        step = project.plan(draft=draft).plan.steps[0]
        assert isinstance(step.action, Missing)
        assert "adopt its file again" in str(step.action)

        restored = project.adopt(file, draft=draft)
        assert (restored.take.number, restored.outcome) == (1, "restored")
        assert project.plan(draft=draft).plan.steps[0].verb == "reuse"


def test_a_draft_adopts_into_its_own_lock(project):
    """The film's own lock knows nothing of it."""
    adopted = project.adopt(project.clip(), draft=Draft())

    assert adopted.take.model == "animatic"
    assert not project.lock.exists()
    assert project.plan(draft=Draft()).plan.steps[0].verb == "reuse"
    assert project.plan().plan.steps[0].verb == "make"


def test_the_command_finds_the_only_board(project, capfd):
    """Where there are several, or none, it says how to name one."""
    file = str(project.clip())
    with contextlib.chdir(project.folder):
        assert exit_code_of(["adopt", "sh010", file]) == 0
        assert "bought.mp4 is take 1; it serves" in capfd.readouterr().err
        project.board.with_name("night.storyboard.yaml").write_text(BOARD)
        assert exit_code_of(["adopt", "sh010", file]) == 2
        assert "--board NAME: harbour, night" in capfd.readouterr().err
        assert exit_code_of(["adopt", "sh010", file, "--board", "night"]) == 0
    with contextlib.chdir(project.elsewhere):
        assert exit_code_of(["adopt", "sh010", file]) == 2
        assert "There is no board here" in capfd.readouterr().err


def test_the_command_answers_in_words_and_in_json(project, capfd):
    """Exit codes and words: done, already a take, no clip, picked."""
    file, board = str(project.clip()), str(project.board)

    assert exit_code_of(["adopt", "sh010", file, "--board", board, "--json"]) == 0
    assert '"outcome": "new"' in capfd.readouterr().out
    assert exit_code_of(["adopt", "sh010", file, "--board", board]) == 2
    assert "take 1 of sh010 already" in capfd.readouterr().err
    assert exit_code_of(["adopt", "sh010", board, "--board", board]) == 1
    assert "it is text, not a clip" in capfd.readouterr().err
    assert exit_code_of(["adopt", "sh010", file, "--board", board, "--pick"]) == 0
    assert "was take 1 already; it is picked and serves" in capfd.readouterr().err
