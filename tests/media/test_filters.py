from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from pipeline.media.facts import ClipFacts
from pipeline.media.filters import (
    Frame,
    Shown,
    picture_arguments,
    specimen_arguments,
)
from pipeline.media.xfade import XFADE
from pipeline.storyboard.transitions import KINDS

FACTS = ClipFacts(640, 480, Fraction(30), 150, variable=False, codec="h264", pixels="yuv420p",
                  matrix="smpte170m", primaries=None, transfer=None, range="pc", rotation=0,
                  parameters="p", sound=None)  # fmt: skip
FRAME = Frame(1280, 720, Fraction(24))
EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
TAGS = "color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
ENCODER = [
    "-f", "mp4", "-c:v", "libx264", "-color_primaries", "bt709", "-color_range", "tv",
    "-color_trc", "bt709", "-colorspace", "bt709", "-crf", "18", "-fflags", "+bitexact",
    "-flags:v", "+bitexact", "-fps_mode", "passthrough", "-frames:v", "119", "-g", "48",
    "-map_chapters", "-1", "-map_metadata", "-1", "-pix_fmt", "yuv420p", "-preset", "faster",
    "-threads", "4", "-use_editlist", "0", "-x264-params",
    "cpu-independent=1:open-gop=0:lookahead-threads=1:chromaloc=0", "out",
]  # fmt: skip


def shown(**other) -> Shown:
    return Shown(**{"facts": FACTS, "fit": "bars", "frames": 120, **other})


def graph(arguments: list[str]) -> list[str]:
    """The filters of a graph in order, without the labels between them."""
    written = arguments[arguments.index("-filter_complex") + 1]
    return [part.split("]", 1)[1].rsplit("[", 1)[0] for part in written.split(";")]


SCALE = (
    f"scale=flags={EXACT}:h=max(2\\,2*round(min(720\\,1280/dar)/2))"
    ":in_color_matrix=smpte170m:in_range=pc:out_color_matrix=bt709:out_range=tv"
    ":w=max(2\\,2*round(min(1280\\,720*dar)/2))"
)


def test_a_picture_with_bars() -> None:
    """The whole command, word by word: each word decides bytes of the film."""
    told = picture_arguments("in", "out", shown(frames=119, head=Fraction(1, 24)), FRAME)
    assert told[:3] == ["-i", "in", "-filter_complex"]
    assert told[6:] == ENCODER
    assert graph(told) == [
        "settb=1/24",
        "setpts=trunc((N*4+4)/5)",
        "tpad=stop=2:stop_mode=clone",
        "fps=fps=24/1:round=up:start_time=0",
        "trim=end_frame=120:start_frame=1",
        "setpts=PTS-STARTPTS",
        SCALE,
        "format=yuv420p",
        "setsar=1",
        "pad=1280:720:(ow-iw)/2:(oh-ih)/2:black",
        f"setparams={TAGS}",
    ]


def test_a_picture_that_fills_the_frame() -> None:
    """It covers the frame and loses its edges."""
    told = graph(picture_arguments("in", "out", shown(fit="fill"), FRAME))
    assert "h=max(720\\,2*ceil(1280/dar/2-0.01))" in told[6]
    assert "w=max(1280\\,2*ceil(720*dar/2-0.01))" in told[6]
    assert told[9] == "crop=1280:720"


def test_a_variable_rate_goes_by_its_time_stamps() -> None:
    """Only evenly spaced frames can be counted."""
    variable = replace(FACTS, variable=True)
    told = graph(picture_arguments("in", "out", shown(facts=variable), FRAME))
    assert told[:3] == [
        "setpts=PTS-STARTPTS",
        "fps=fps=24/1:round=up:start_time=0",
        "tpad=stop=-1:stop_mode=clone",
    ]


def test_a_matrix_that_cannot_be_read_is_refused() -> None:
    """Wrong colours are no answer."""
    with pytest.raises(ValueError, match="ictcp"):
        picture_arguments("in", "out", shown(facts=replace(FACTS, matrix="ictcp")), FRAME)


def test_a_specimen_is_encoded_as_everything_else() -> None:
    """Its parameters stand for those of all encoded picture, so its settings must be the same."""
    told = specimen_arguments("out", FRAME)
    assert told[:4] == ["-f", "lavfi", "-i", "color=black:s=1280x720:r=24/1"]
    expected = [word if word != "119" else "12" for word in ENCODER]
    assert told[8:] == expected


def test_where_chroma_lies_is_said_by_the_frame() -> None:
    """A clip's own word for it would change the headers in mid-film."""
    told = specimen_arguments("out", replace(FRAME, chroma="centre"))
    assert told[told.index("-x264-params") + 1].endswith(":chromaloc=1")


def test_a_part_that_begins_inside_a_clip_and_plays_faster() -> None:
    """Frame k of the clip begins at ceil((k / clip rate - head) * rate / speed), exactly."""
    told = graph(
        picture_arguments("in", "out", shown(frames=24, head=Fraction(1), speed=Fraction(2)), FRAME)
    )
    # 30 frames a second at double speed on 24: 12 film frames of head, 2/5 of a film frame each
    assert told[1:5] == [
        "setpts=trunc((N*2+4)/5)",
        "tpad=stop=2:stop_mode=clone",
        "fps=fps=24/1:round=up:start_time=0",
        "trim=end_frame=36:start_frame=12",
    ]


def test_a_frame_that_is_held_stands_still_at_the_end() -> None:
    """So many frames of the part are copies of the last that moves."""
    told = graph(picture_arguments("in", "out", shown(frames=24, held=6), FRAME))
    assert told[4:6] == ["trim=end_frame=18:start_frame=0", "tpad=stop=6:stop_mode=clone"]


def test_every_transition_has_its_filter() -> None:
    """The words an author may write are those that can be made, and the other way round."""
    assert set(KINDS) == set(XFADE)
