"""How a clip meets the frame and the dark: blurred bars, points of interest, fades."""

from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import clips
import pytest
import reels
from test_timeline import clip, film, shot

from pipeline.film.assembler import assemble
from pipeline.film.picture import encode_part
from pipeline.film.segments import Segments
from pipeline.film.timeline import Body, Cut, lay_timeline
from pipeline.media.filters import Frame, Shown, picture_arguments
from pipeline.sidecars.cutting import cutting_list
from pipeline.storyboard.framing import CENTRE, parse_point
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.shot import FrameOf
from pipeline.storyboard.transitions import Transition

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

    from pipeline.media.ffmpeg import FFmpeg

FRAME = Frame(72, 48, Fraction(24))
THIRDS = (
    "color=red:s=24x{high},format=yuv444p[a];color=lime:s=24x{high},format=yuv444p[b];"
    "color=blue:s=24x{high},format=yuv444p[c];[a][b][c]{stack},format=yuv420p"
)
RED, LIME, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def thirds(ffmpeg: FFmpeg, path: Path, *, stack: str = "hstack", high: int = 12) -> Cut:
    """A clip in three stripes, red, green, blue: three times as broad (or high) as one of them."""
    graph = THIRDS.format(high=high, stack=f"{stack}=3")
    ffmpeg.run(["-filter_complex", graph, "-frames:v", "2", "-c:v", "rawvideo",
                "-r", "24", str(path)])  # fmt: skip
    return reels.cut_of(reels.as_clip(path))


def made_of(ffmpeg: FFmpeg, folder: Path, cut: Cut, frame: Frame = FRAME) -> Image:
    """The first frame of a cut as the film shows it, in RGB."""
    body = Body(cut, cut.first, cut.frames)
    made = encode_part(
        body, frame, ffmpeg, Segments(folder / "segments"), stop=threading.Event(),
        on_frame=lambda _: None,
    )  # fmt: skip
    with av.open(str(made.path)) as container:
        return next(container.decode(video=0)).to_image()


def seen(image: Image, across: float, down: float) -> tuple[int, int, int]:
    """Which of red, green and blue is strongest at a place, all of it or none."""
    pixel = image.getpixel((int(across * image.width), int(down * image.height)))
    return tuple(255 if value == max(pixel) else 0 for value in pixel)


@pytest.mark.parametrize(
    ("stack", "focus", "expected"),
    [
        ("hstack", "left", RED), ("hstack", "centre", LIME), ("hstack", "right", BLUE),
        ("hstack", "top", LIME), ("hstack", "bottom right", BLUE),
        ("vstack", "top", RED), ("vstack", "left", LIME), ("vstack", "bottom", BLUE),
    ],
)  # fmt: skip
def test_what_is_of_interest_stays_in_sight(
    ffmpeg: FFmpeg, tmp_path: Path, stack: str, focus: str, expected: tuple[int, int, int]
) -> None:
    """Where edges are cut off, the picture is taken around the point; elsewhere it says nothing."""
    cut = thirds(ffmpeg, tmp_path / "a.mkv", stack=stack, high=16 if stack == "vstack" else 24)
    cut = replace(cut, fit="fill", focus=parse_point(focus))
    frame = Frame(24, 24, Fraction(24)) if stack == "hstack" else Frame(48, 32, Fraction(24))
    image = made_of(ffmpeg, tmp_path, cut, frame)
    assert seen(image, 0.5, 0.5) == expected


def test_a_point_is_the_middle_of_what_is_seen(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """At a third of the width the picture changes from red to green: that edge is in the middle."""
    cut = thirds(ffmpeg, tmp_path / "a.mkv", high=24)
    cut = replace(cut, fit="fill", focus=parse_point([33.333, 50]))
    image = made_of(ffmpeg, tmp_path, cut, Frame(24, 24, Fraction(24)))
    assert seen(image, 0.35, 0.5) == RED
    assert seen(image, 0.65, 0.5) == LIME


@pytest.mark.parametrize("stack", ["hstack", "vstack"])
def test_blurred_bars_keep_the_whole_picture(ffmpeg: FFmpeg, tmp_path: Path, stack: str) -> None:
    """The picture is whole and bright in the middle; around it lies itself, darker, never black."""
    cut = thirds(ffmpeg, tmp_path / "a.mkv", stack=stack)
    image = made_of(ffmpeg, tmp_path, replace(cut, fit="blur"))
    along = [(place, 0.5) if stack == "hstack" else (0.5, place) for place in (0.15, 0.5, 0.85)]
    if stack == "vstack":
        along = [(0.5, place) for place in (0.1, 0.5, 0.9)]
    assert [seen(image, *place) for place in along] == [RED, LIME, BLUE]
    bar = image.getpixel((36, 1) if stack == "hstack" else (1, 24))
    assert 40 < max(bar) < 170


def test_a_picture_of_the_frames_shape_is_framed_by_nothing() -> None:
    """Where no bars are needed, all three ways and any focus are told ffmpeg the old way."""
    facts = clip(24).facts
    told = {
        fit: picture_arguments("in", "out", Shown(facts, fit, 4), FRAME)
        for fit in ("bars", "fill", "blur")
    }
    focused = Shown(facts, "fill", 4, focus=parse_point("left"))
    shape = Frame(facts.width, facts.height, Fraction(24))
    assert picture_arguments("in", "out", focused, shape) == picture_arguments(
        "in", "out", replace(focused, focus=CENTRE), shape
    )
    same = {fit: picture_arguments("in", "out", Shown(facts, fit, 4), shape) for fit in told}
    assert same["blur"] == same["bars"]


def test_fades_begin_and_end_in_black(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The first and the last frame are black, what lies between rises and falls evenly."""
    white = reels.as_clip(clips.plain(ffmpeg, tmp_path / "a.mp4", (235, 235, 235), frames=24))
    cut = replace(reels.cut_of(white), fade_in=8, fade_out=4)
    target = tmp_path / "film.mp4"
    assemble(reels.reel(cut), target, segments=tmp_path / "segments", ffmpeg=ffmpeg)
    levels = reels.levels_in(target)
    assert len(levels) == 24
    assert levels[0] < 3
    assert levels[-1] < 3
    assert all(low < high - 10 for low, high in pairwise(levels[:9]))
    assert min(levels[8:20]) > 225
    assert all(high > low + 10 for high, low in pairwise(levels[19:]))


def test_sound_fades_with_the_picture(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A steady tone rises over two thirds of the shot and falls over the last third."""
    made = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=24, sound=1.0)
    cut = replace(reels.cut_of(made), fade_in=16, fade_out=8)
    target = tmp_path / "film.mp4"
    assemble(reels.reel(cut), target, segments=tmp_path / "segments", ffmpeg=ffmpeg)
    heard = reels.pcm_of(ffmpeg, target)
    tenth = len(heard) // 10
    loud = [max(map(abs, heard[n * tenth : (n + 1) * tenth])) for n in range(10)]
    assert loud[0] < loud[2] < loud[4] < loud[6]
    assert loud[4] < 0.85 * max(loud)  # a fade cut to half of the shot would be over by now
    assert loud[9] < 0.5 * max(loud)


def test_a_shot_that_fades_is_encoded(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Clips that were joined as they are come to be encoded where one of them fades."""
    made = [reels.numbered(ffmpeg, tmp_path / f"{name}.mp4", frames=12) for name in "ab"]
    a, b = (reels.cut_of(one) for one in made)
    target, how = tmp_path / "film.mp4", {"segments": tmp_path / "segments", "ffmpeg": ffmpeg}
    assert assemble(reels.reel(a, b), target, **how).copied == ("a", "b")
    done = assemble(reels.reel(a, replace(b, fade_out=6)), target, **how)
    assert done.encoded == ("a", "b")  # its own making is not the film's, so both are


def test_fades_leave_transitions_and_short_clips_alone() -> None:
    """A fade is as long as its shot is seen alone, and is none where another shot comes in."""
    shots = [
        replace(shot("a", 24), fade_in=20, fade_out=10),
        replace(shot("b", 24), transition=Transition("dissolve", 8), fade_in=4, fade_out=99),
    ]
    made = lay_timeline(film(*shots), {"a": clip(24), "b": clip(12)})
    a, b = made.cuts
    assert (a.fade_in, a.fade_out) == (16, 0)
    assert (b.fade_in, b.fade_out) == (0, 4)


def test_a_copy_is_kept_where_it_fades() -> None:
    """A shot that comes from black keeps its first frame: nobody saw it twice."""
    follows = replace(shot("b", 24), first_frame=FrameOf("a", "last"))
    both = {"a": clip(24), "b": clip(24)}
    assert lay_timeline(film(shot("a", 24), follows), both).cuts[1].first == 1
    faded = replace(follows, fade_in=6)
    assert lay_timeline(film(shot("a", 24), faded), both).cuts[1].first == 0


def test_a_focus_for_another_file_is_of_use(tmp_path: Path) -> None:
    """Where only what is delivered cuts edges off, no warning says that a focus is in vain."""
    board = (
        "storyboard: 1\ntitle: Phone\nshots: [{id: a, prompt: Snow., focus: left}]\n"
        "deliver: {phone: {aspect: 9:16, fit: FIT}}\n"
    )
    told = {
        fit: [w.code for w in load_board_text(board.replace("FIT", fit), name="b.yaml",
                                              folder=tmp_path).warnings]
        for fit in ("fill", "bars")
    }  # fmt: skip
    assert told == {"fill": [], "bars": ["focus-unused"]}


def test_older_cutting_lists_stay_true() -> None:
    """What says nothing of fades and focus is listed as it was before there were any."""
    plain = lay_timeline(film(shot("a", 24)), {"a": clip(24)})
    (listed,) = cutting_list(plain, "tools")["cuts"]
    assert not {"fade_in", "fade_out", "focus"} & set(listed)
    faded = replace(plain, cuts=(replace(plain.cuts[0], fade_in=3),))
    assert cutting_list(faded, "tools")["cuts"][0]["fade_in"] == 3
