"""From end to end: the sample board's draft at small size, and a look into the film."""

from __future__ import annotations

import itertools
import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline import api
from pipeline.api import Draft, plan_film, render_film
from pipeline.files import digest_of_file
from pipeline.media.frames import frame_at
from pipeline.media.probe import probe
from pipeline.plan.step import Reuse

BOARDS = Path(__file__).parent.parent / "storyboards"
SECONDS = {
    "sh010": 6, "sh020": 6, "sh030": Fraction(9, 2), "sh040": 6, "sh050": 5, "sh060": 5,
    "sh070": 7, "sh080": 4, "sh090": 7, "sh100": 5,
}  # fmt: skip
CHAINED = ("sh050", "sh060")  # the doubled frame at their heads is dropped


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """The draft of launch-day, rendered once in a project of its own."""
    root = tmp_path_factory.mktemp("it's a: 100% film 🚀")
    shutil.copytree(BOARDS, root / "storyboards")
    board = root / "storyboards" / "launch-day.storyboard.yaml"
    planned = plan_film(board, draft=Draft("96p"))
    return planned, render_film(planned)


def starts():
    """The film frame on which each shot begins."""
    lengths = [int(seconds * 24) - (shot in CHAINED) for shot, seconds in SECONDS.items()]
    return dict(zip(SECONDS, itertools.accumulate([0, *lengths]), strict=False)), sum(lengths)


def test_the_board_is_as_long_and_as_rich_as_it_says(rendered):
    """8 to 12 shots, 45 to 70 s, every mode of the model, a chain of three, a frame at a time."""
    film = rendered[0].film
    modes = {shot.mode for shot in film.shots}

    assert 8 <= len(film.shots) <= 12
    assert 45 <= sum(shot.wanted for shot in film.shots) <= 70
    assert modes == {"text", "first_frame", "references"}
    assert {len(shot.references) for shot in film.shots} >= {0, 2, 3}
    assert any(shot.after for shot in film.shots)
    assert any(shot.wanted.denominator != 1 for shot in film.shots)
    assert rendered[0].graph.critical_path({shot.id: shot.asked for shot in film.shots}) == (
        "sh040",
        "sh050",
        "sh060",
    )


def test_the_film_has_exactly_its_frames(rendered):
    """Every shot's frames less one for each chained joint, evenly spaced, picture and sound."""
    planned, result = rendered
    facts = probe(result.film)
    _, frames = starts()

    assert result.outcome.whole
    assert facts.frames == frames == 1330
    assert facts.rate == 24
    assert not facts.variable
    assert (facts.width, facts.height) == (planned.film.size.width, planned.film.size.height)
    assert facts.sound is not None
    assert abs(Fraction(facts.sound.samples, facts.sound.rate) - Fraction(frames, 24)) < Fraction(
        1, 24
    )


def test_at_a_chained_joint_the_film_goes_on_without_a_doubled_frame(rendered, tmp_path):
    """The last frame of sh040 is the first of sh050's clip; the film shows the clip's second."""
    planned, result = rendered
    begin, _ = starts()
    for shot in CHAINED:
        clip = result.outcome.clips[shot]
        first, second = (picture(clip.path, n, tmp_path) for n in (0, 1))
        before, joint = (picture(result.film, begin[shot] - n, tmp_path) for n in (1, 0))
        handed = planned.store.frame_path(
            result.outcome.clips[f"sh0{int(shot[2:4]) - 1}0"].digest,
            int(SECONDS[f"sh0{int(shot[2:4]) - 1}0"] * 24) - 1,
        )

        assert difference(first, open_(handed)) < 1.5
        assert difference(before, first) < 2.5
        assert difference(joint, second) < 2.5


def test_a_whole_length_shot_is_in_the_film_from_first_to_last_frame(rendered, tmp_path):
    """sh010: its clip's frames 0 and 143 are the film's."""
    _, result = rendered
    clip = result.outcome.clips["sh010"]
    for number in (0, 143):
        film, own = (picture(path, number, tmp_path) for path in (result.film, clip.path))

        assert difference(film, own) < 2.5


def test_the_sound_is_there_and_muted_where_the_board_says(rendered):
    """Every shot can be heard but sh080, which is silent."""
    _, result = rendered
    begin, frames = starts()
    loud = loudness(result.film)
    ends = [*list(begin.values())[1:], frames]
    for (shot, start), end in zip(begin.items(), ends, strict=True):
        middle = loud[int(start / 24 * 50) + 10 : int(end / 24 * 50) - 10]
        if shot == "sh080":
            assert max(middle) < 0.0005
        else:
            assert max(middle) > 0.001, shot


def test_rendered_again_nothing_is_made_and_the_film_is_untouched(rendered):
    """The second plan is all reuse; cutting leaves the film's bytes and time alone."""
    planned, result = rendered
    before = result.film.stat().st_mtime_ns
    again = plan_film(planned.board.path, draft=Draft("96p"))
    second = render_film(again)

    assert all(isinstance(step.action, Reuse) for step in again.plan.steps)
    assert second.made == ()
    assert second.assembly is None
    assert result.film.stat().st_mtime_ns == before


def test_cut_again_from_the_store_it_is_the_same_bytes(rendered):
    """Film and segments thrown away: the same board and store give the same film."""
    planned, result = rendered
    before = digest_of_file(result.film)
    result.film.unlink()
    shutil.rmtree(planned.places.segments, ignore_errors=True)
    delivered, missing = api.assemble_film(plan_film(planned.board.path, draft=Draft("96p")))
    target, assembly = delivered[0].path, delivered[0].assembly

    assert assembly is not None
    assert missing == ()
    assert digest_of_file(target) == before


def test_a_changed_prompt_makes_that_shot_and_what_starts_on_it(rendered):
    """sh050's prompt: itself is certain, sh060 follows; nothing else."""
    planned, _ = rendered
    board = planned.board.path.with_name("changed.storyboard.yaml")
    text = planned.board.path.read_text(encoding="utf-8")
    board.write_text(text.replace("clears the tower", "passes the tower"), encoding="utf-8")
    places = planned.places
    other = places.root / "output" / "changed" / "draft-96p" / "changed.lock.toml"
    other.parent.mkdir(parents=True)
    shutil.copy(places.lock, other)
    plan = plan_film(board, draft=Draft("96p")).plan

    assert {step.shot.id: str(step.action) for step in plan.to_make} == {
        "sh050": "changed: prompt",
        "sh060": "follows sh050",
    }


def test_the_cutting_list_names_every_clip(rendered):
    """Beside the film lies what it was cut from."""
    _, result = rendered
    listed = json.loads(result.film.with_suffix(".cuts.json").read_text())

    assert listed["shots"] == list(SECONDS)
    assert [cut["clip"] for cut in listed["list"]["cuts"]] == [
        result.outcome.clips[shot].digest for shot in SECONDS
    ]


def picture(path, number, folder):
    target = folder / f"{path.stem[:12]}-{number}.png"
    frame_at(path, number, target)
    return open_(target)


def open_(path):
    from PIL import Image

    return Image.open(path).convert("RGB")


def difference(one, other):
    """The mean difference of two pictures in code values."""
    from PIL import ImageChops, ImageStat

    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def loudness(path):
    """The loudest sample of each fiftieth of a second, from 0 to 1."""
    import av

    peaks = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
        samples = bytearray()
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                samples += bytes(piece.planes[0])[: piece.samples * 2]
    window = 960 * 2
    for place in range(0, len(samples) - window, window):
        values = memoryview(samples)[place : place + window].cast("h")
        peaks.append(max(abs(value) for value in values) / 32768)
    return peaks
