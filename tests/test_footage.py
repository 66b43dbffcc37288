"""Footage: a clip of one's own in the film, to the frame, stored as it is, chained and cut."""

from __future__ import annotations

import shutil
from fractions import Fraction

import av
import clips
import pytest

from pipeline.api import Draft, assemble_film, plan_film, render_film
from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.planned import serving_clips
from pipeline.storyboard.diagnostics import BoardFaultsError

HEAD = """\
storyboard: 1
title: Harbour
format: {aspect: "3:2", resolution: 96p, fps: 24}
defaults: {model: animatic, duration: 0.25s}
shots:
"""
CHAIN = """\
  - {id: sh010, prompt: Fog.}
  - {id: sh020, model: footage, clip: refs/harbour.mp4}
  - {id: sh030, prompt: It goes on., first_frame: sh020.last}
"""
ALONE = "  - {id: sh010, model: footage, clip: refs/harbour.mp4}\n"


class Project:
    """A board with clips beside it."""

    def __init__(self, folder, ffmpeg):
        self.ffmpeg = ffmpeg
        self.refs = folder / "storyboards" / "refs"
        self.refs.mkdir(parents=True)
        self.board = folder / "storyboards" / "harbour.storyboard.yaml"

    def write(self, shots):
        self.board.write_text(HEAD + shots)

    def clip(self, name="harbour.mp4", **how):
        return clips.make(self.ffmpeg, self.refs / name, size=(144, 96), **{"frames": 20, **how})

    def plan(self, **how):
        return plan_film(self.board, **how)

    def render(self, **how):
        planned = self.plan(**how)
        return planned, render_film(planned)


@pytest.fixture
def project(tmp_path, ffmpeg):
    """A project with a clip of 20 numbered frames, and sound."""
    made = Project(tmp_path / "it's 100% ours", ffmpeg)
    made.clip(sound=20 / 24)
    made.write(CHAIN)
    return made


def numbers_in(film):
    with av.open(str(film)) as container:
        return [clips.number_in(frame.to_image()) for frame in container.decode(video=0)]


def verbs(planned):
    return {step.shot.id: step.verb for step in planned.plan.steps}


def test_every_frame_of_it_is_in_the_film_and_the_next_shot_starts_on_its_last(project):
    """Animatic, footage, animatic from its last frame: each frame in its place, none doubled."""
    planned, rendered = project.render()
    numbers = numbers_in(rendered.film)
    clip = rendered.outcome.clips["sh020"]

    assert planned.film.shots[1].cut == 20
    assert len(numbers) == 6 + 20 + 5
    assert numbers[6:26] == list(range(20))
    assert numbers_in(rendered.outcome.clips["sh030"].path)[0] == 19
    assert clip.digest == digest_of_file(project.refs / "harbour.mp4")
    assert planned.store.record(clip.digest).made[0].price == "free"


def test_a_second_render_has_nothing_to_do(project):
    """Nothing is made and nothing is cut."""
    project.render()
    _, again = project.render()

    assert again.made == ()
    assert again.assembly is None


def test_other_bytes_are_another_clip_and_another_name_is_not(project):
    """The file's bytes remake it and what follows; renaming or copying the file remakes nothing."""
    project.render()
    (project.refs / "harbour.mp4").rename(project.refs / "day 1.mp4")
    project.write(CHAIN.replace("harbour.mp4", "day 1.mp4"))
    assert set(verbs(project.plan()).values()) == {"reuse"}

    project.clip("day 1.mp4", start=100, sound=20 / 24)
    changed = project.plan()
    assert verbs(changed) == {"sh010": "reuse", "sh020": "make", "sh030": "make"}
    assert str(changed.plan.steps[1].action) == "changed: clip"
    assert str(changed.plan.steps[2].action) == "follows sh020"

    _, rendered = project.render()
    assert sorted(rendered.made) == ["sh020", "sh030"]
    assert numbers_in(rendered.film)[6:26] == list(range(100, 120))


def test_a_shorter_length_shows_its_beginning_and_keeps_the_clip(project):
    """``duration`` cuts what the film shows, not the clip; ``.last`` is the last frame shown."""
    project.render()
    project.write(CHAIN.replace("harbour.mp4", "harbour.mp4, duration: 8f"))
    planned = project.plan()
    assert verbs(planned) == {"sh010": "reuse", "sh020": "reuse", "sh030": "make"}

    _, rendered = project.render()
    assert numbers_in(rendered.film)[6:14] == list(range(8))
    assert rendered.outcome.clips["sh020"].facts.frames == 20
    assert numbers_in(rendered.outcome.clips["sh030"].path)[0] == 7


def test_a_draft_shows_it_as_it_is(project):
    """There is nothing to save by drawing it; only the film's frame is the draft's."""
    _, rendered = project.render(draft=Draft("64p"))
    numbers = numbers_in(rendered.film)

    assert numbers[6:26] == list(range(20))
    assert rendered.outcome.clips["sh020"].digest == digest_of_file(project.refs / "harbour.mp4")


def test_its_sound_is_kept_unless_muted(project, tmp_path):
    """The tone is heard in the first shot, and the second is silent."""
    project.write(ALONE + "  - {id: sh020, model: footage, clip: refs/harbour.mp4, audio: mute}\n")
    _, rendered = project.render()
    sound = tmp_path / "sound.raw"
    project.ffmpeg.run(
        ["-i", str(rendered.film), "-f", "u8", "-ac", "1", "-ar", "8000", str(sound)]
    )
    levels = [abs(level - 128) for level in sound.read_bytes()]
    first, second = levels[1000:5000], levels[7500:12000]

    assert max(first) > 5
    assert max(second) <= 1


ODD = {
    "ten-bits.mp4": {"options": ("-pix_fmt", "yuv420p10le")},
    "matroska.mkv": {"codec": clips.TWO_B_FRAMES},
    "quicktime.mov": {"codec": clips.OPEN_GOP, "sound": 0.5},
    "variable.mp4": {"filters": "settb=1/600,setpts=N*25+mod(N\\,2)*5"},
    "wide-pixels.mp4": {"filters": "setsar=2"},
    "full-range.mp4": {"options": ("-pix_fmt", "yuvj420p")},
}


@pytest.mark.parametrize("name", ODD)
def test_clips_of_other_making_come_out_right(project, name):
    """Ten bits, other containers, open groups, uneven times, wide pixels: all its frames."""
    project.clip(name, **ODD[name])
    project.write(ALONE.replace("harbour.mp4", name))
    planned, rendered = project.render()

    assert planned.film.shots[0].cut == 20
    assert numbers_in(rendered.film) == list(range(20))


@pytest.mark.parametrize(("rate", "cut"), [("25", 20), ("30", 16), ("30000/1001", 17), ("12", 40)])
def test_clips_of_another_rate_keep_their_pace(project, rate, cut):
    """Each film frame shows what is on the clip's screen at that moment, to the clip's end."""
    project.clip(rate=rate)
    project.write(ALONE)
    planned, rendered = project.render()

    assert planned.film.shots[0].cut == cut
    assert numbers_in(rendered.film) == [int(n * Fraction(rate) / 24) for n in range(cut)]


def test_a_clip_that_lies_turned_stands_upright(project):
    """Turned by its container, it is read as it is shown, and fitted so."""
    upright = project.clip("upright.mp4", filters="transpose=clock")
    turned = project.refs / "harbour.mp4"
    project.ffmpeg.run(
        ["-display_rotation", "90", "-i", str(upright), "-c", "copy", "-y", str(turned)]
    )
    project.write(ALONE)
    planned, rendered = project.render()

    assert (planned.film.shots[0].size.width, planned.film.shots[0].size.height) == (144, 96)
    assert numbers_in(rendered.film) == list(range(20))


def test_a_clip_damaged_in_its_middle_fails_under_its_own_name(project):
    """The first render decodes it to its end; nothing of it is stored."""
    path = project.clip("broken.mp4", frames=60, codec=clips.TWO_B_FRAMES)
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + 1200
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)
    project.write(ALONE.replace("harbour", "broken"))
    planned, rendered = project.render()
    error = rendered.outcome.failed["sh010"]

    assert isinstance(error, MediaError)
    assert error.path == path
    assert "damaged" in error.why or "decoded" in error.why
    assert list(planned.store.digests()) == []


def test_a_file_that_changes_under_the_render_is_not_taken(project):
    """The plan was made with other bytes: the shot fails and nothing is stored for its key."""
    project.write(ALONE)
    planned = project.plan()
    project.clip(start=50)
    rendered = render_film(planned)

    assert "was changed after the board was read" in rendered.outcome.failed["sh010"].brief
    assert list(planned.store.digests()) == []


def test_a_file_that_goes_away_fails_its_shot_alone(project):
    """It is named; what does not follow it is made all the same."""
    planned = project.plan()
    (project.refs / "harbour.mp4").unlink()
    rendered = render_film(planned)

    assert "is not there any more" in rendered.outcome.failed["sh020"].brief
    assert rendered.outcome.skipped == {"sh030": "sh020"}
    assert "sh010" in rendered.outcome.clips
    with pytest.raises(BoardFaultsError, match="clip-missing"):
        project.plan()


def test_two_shots_of_one_clip_share_it(project):
    """It lies in the store once, and each shot has it as its take, without a word."""
    copy = project.refs / "copy.mp4"
    shutil.copyfile(project.refs / "harbour.mp4", copy)
    project.write(ALONE + "  - {id: sh020, model: footage, clip: refs/copy.mp4, duration: 5f}\n")
    planned, rendered = project.render()

    assert len(list(planned.store.digests())) == 1
    assert numbers_in(rendered.film) == [*range(20), *range(5)]
    assert {str(step.action) for step in project.plan().plan.steps} == {"take 1"}


def test_a_stand_in_has_its_length(project):
    """Where the clip was never taken in, the film can still be cut, with a marked animatic."""
    project.write(ALONE)
    planned = project.plan()
    delivered, missing = assemble_film(planned, stand_ins=True)
    film = delivered[0].path

    assert missing == ("sh010",)
    assert len(numbers_in(film)) == 20
    assert serving_clips(project.plan()) == {}
