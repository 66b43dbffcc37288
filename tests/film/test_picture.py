from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import clips
import pytest
import reels

from pipeline.errors import StoryreelError
from pipeline.film.picture import cast, encode_part, specimen_parameters
from pipeline.film.segments import Segments
from pipeline.film.timeline import Body
from pipeline.makers.animatic import encoding
from pipeline.media.filters import Frame
from pipeline.media.probe import probe
from pipeline.storyboard.shot import Size
from pipeline.timing import source_frame

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.film.timeline import Cut, Timeline
    from pipeline.media.ffmpeg import FFmpeg

B_FRAMES = clips.TWO_B_FRAMES
RGB = (200, 60, 90)
EXACT = "flags=accurate_rnd+full_chroma_int+full_chroma_inp"


def encoded(ffmpeg: FFmpeg, folder: Path, cut: Cut, timeline: Timeline) -> Path:
    told: list[int] = []
    frame = Frame(timeline.size.width, timeline.size.height, timeline.rate)
    made = encode_part(
        Body(cut, cut.first, cut.frames),
        frame,
        ffmpeg,
        Segments(folder / "segments"),
        stop=threading.Event(),
        on_frame=told.append,
    )
    return made.path


RATES = [
    ("24", "25"), ("25", "24"), ("30", "24"), ("24000/1001", "24"), ("60", "24"), ("12", "24"),
    ("24", "30000/1001"),
]  # fmt: skip


@pytest.mark.parametrize(("clip_rate", "film_rate"), RATES)
@pytest.mark.parametrize("skip", [0, 1])
def test_the_film_shows_the_frame_that_the_law_names(
    ffmpeg: FFmpeg, tmp_path: Path, clip_rate: str, film_rate: str, skip: int
) -> None:
    """Frame by frame, from first to last, ffmpeg agrees with `timing.source_frame`."""
    rate = Fraction(film_rate)
    clip = reels.numbered(
        ffmpeg, tmp_path / "a.mp4", rate=clip_rate, frames=37, codec=clips.TWO_B_FRAMES
    )
    cut = reels.cut_of(clip, rate, skip=skip)
    shown = reels.numbers_in(encoded(ffmpeg, tmp_path, cut, reels.reel(cut, rate=rate)))
    assert shown == [
        source_frame(frame, rate, Fraction(clip_rate)) for frame in range(skip, skip + cut.frames)
    ]


def test_rounded_time_stamps_do_not_move_a_frame(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Matroska counts milliseconds; the film counts frames."""
    clip = reels.numbered(ffmpeg, tmp_path / "a.mkv", rate="30000/1001", frames=40)
    assert not clip.facts.variable
    cut = reels.cut_of(clip)
    wanted = [
        source_frame(frame, Fraction(24), Fraction(30000, 1001)) for frame in range(cut.frames)
    ]
    shown = reels.numbers_in(encoded(ffmpeg, tmp_path, cut, reels.reel(cut)))
    assert shown == wanted


def test_a_variable_rate_shows_what_is_on_the_screen(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Frames that come later and later are each shown until the next one comes."""
    clip = reels.numbered(
        ffmpeg, tmp_path / "a.mp4", frames=12, filters="settb=1/600,setpts=N*25+N*N",
        options=("-enc_time_base", "1/600", "-video_track_timescale", "600"),
    )  # fmt: skip
    assert clip.facts.variable
    begins = reels.stamps_in(clip.path)
    assert begins[3] == Fraction(3 * 25 + 3 * 3, 600)
    cut = reels.cut_of(clip, frames=16)
    wanted = [
        max(place for place, begin in enumerate(begins) if begin <= Fraction(frame, 24))
        for frame in range(16)
    ]
    assert reels.numbers_in(encoded(ffmpeg, tmp_path, cut, reels.reel(cut))) == wanted


def test_a_last_frame_is_held_as_long_as_its_clip_says(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A recording that ends on a still picture ends so in the film."""
    path = tmp_path / "a.mp4"
    clips.make(
        ffmpeg, path, frames=5, filters="settb=1/600,setpts=if(lt(N\\,4)\\,N*30\\,600)",
        options=("-enc_time_base", "1/600", "-video_track_timescale", "600"),
    )  # fmt: skip
    clip = reels.as_clip(path)
    assert clip.facts.variable
    held = replace(clip, facts=replace(clip.facts, rate=clip.facts.frames / Fraction(2)))
    cut = reels.cut_of(held)
    shown = reels.numbers_in(encoded(ffmpeg, tmp_path, cut, reels.reel(cut)))
    assert shown[:5] == [0, 0, 1, 2, 3]
    assert (len(shown), shown[24:]) == (48, [4] * 24)


def test_a_clip_that_does_not_say_its_rate_is_counted(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Even steps are enough; nothing depends on what the container claims."""
    source = clips.make(ffmpeg, tmp_path / "a.mp4", frames=20, codec=B_FRAMES)
    bare = tmp_path / "a.mkv"
    with av.open(str(source)) as given, av.open(str(bare), "w") as taken:
        stream = taken.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                taken.mux(packet)
    clip = reels.as_clip(bare)
    assert (clip.facts.frames, clip.facts.rate) == (20, 24)
    for rate in (Fraction(24), Fraction(30)):
        cut = reels.cut_of(clip, rate)
        shown = reels.numbers_in(encoded(ffmpeg, tmp_path, cut, reels.reel(cut, rate=rate)))
        assert shown == [source_frame(frame, rate, Fraction(24)) for frame in range(cut.frames)]


def coloured(
    ffmpeg: FFmpeg, path: Path, *, size: str, scale: str, pixels: str, tags: str = "", turn: int = 0
) -> Cut:
    """A clip of one colour, converted and tagged as told."""
    plain = path.with_name(f"plain-{path.name}")
    colour = "0x" + bytes(RGB).hex()
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", f"color={colour}:s={size}:r=24:d=0.25,format=gbrp"),
            *("-vf", f"scale={EXACT}:{scale},format={pixels}"),
            *("-c:v", "libx264", "-crf", "4", "-preset", "ultrafast"),
            *(("-x264-params", tags) if tags else ()),
            str(plain),
        ]
    )
    if turn:  # an option of ffmpeg 6.0
        ffmpeg.run(["-display_rotation", str(turn), "-i", str(plain), "-c", "copy", str(path)])
    else:
        plain.rename(path)
    return reels.cut_of(reels.as_clip(path))


def colour_at(path: Path, across: float, down: float) -> tuple[int, ...]:
    """A colour in the middle of the film, read as what the film says it is."""
    facts = probe(path)
    assert (facts.matrix, facts.primaries, facts.transfer) == ("bt709",) * 3
    assert (facts.range, facts.pixels, facts.sample_aspect) == ("tv", "yuv420p", 1)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        graph = av.filter.Graph()
        steps = [
            graph.add_buffer(template=container.streams.video[0]),
            graph.add("scale", f"in_color_matrix=bt709:in_range=tv:out_range=pc:{EXACT}"),
            graph.add("format", "rgb24"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*steps).configure()
        graph.push(frames[len(frames) // 2])
        picture = graph.pull()
    # not to_image(), which converts once more and less exactly
    place = (
        int(down * picture.height) * picture.planes[0].line_size + int(across * picture.width) * 3
    )
    return tuple(bytes(picture.planes[0])[place : place + 3])


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...] = RGB, most: int = 2) -> bool:
    return all(abs(one - other) <= most for one, other in zip(colour, wanted, strict=True))


BT601 = "colormatrix=smpte170m:colorprim=smpte170m:transfer=smpte170m"
BT709 = "colormatrix=bt709:colorprim=bt709:transfer=bt709"
BT2020 = "colormatrix=bt2020nc:colorprim=bt2020:transfer=bt709"
COLOURS = {
    "bt709": ("96x64", "out_color_matrix=bt709", "yuv420p", BT709),
    "bt601": ("72x48", "out_color_matrix=smpte170m", "yuv420p", BT601),
    "full-range": ("96x64", "out_color_matrix=bt709:out_range=pc", "yuv420p",
                   f"{BT709}:fullrange=on"),
    "bt601-full-444": ("72x48", "out_color_matrix=smpte170m:out_range=pc", "yuv444p",
                       f"{BT601}:fullrange=on"),
    "ten-bit": ("72x48", "out_color_matrix=bt709", "yuv420p10le", BT709),
    "ten-bit-bt2020-422": ("72x48", "out_color_matrix=bt2020", "yuv422p10le", BT2020),
    "untagged-small": ("96x64", "out_color_matrix=smpte170m", "yuv420p", ""),
    "untagged-hd": ("1080x720", "out_color_matrix=bt709", "yuv420p", ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLOURS)
def test_any_colour_is_brought_to_the_films(ffmpeg: FFmpeg, tmp_path: Path, kind: str) -> None:
    """Matrix, range and depth are converted, not just relabelled: two code values at most."""
    size, scale, pixels, tags = COLOURS[kind]
    cut = coloured(ffmpeg, tmp_path / "a.mp4", size=size, scale=scale, pixels=pixels, tags=tags)
    made = encoded(ffmpeg, tmp_path, cut, reels.reel(cut, size=Size(72, 48)))
    assert is_near(colour_at(made, 0.5, 0.5)), colour_at(made, 0.5, 0.5)


BLACK = (0, 0, 0)
SHAPES = [
    ("wide-bars", "96x24", "bars", 0, BLACK, RGB),
    ("wide-fill", "96x24", "fill", 0, RGB, RGB),
    ("tall-bars", "24x96", "bars", 0, RGB, BLACK),
    ("tall-fill", "24x96", "fill", 0, RGB, RGB),
    ("turned", "24x96", "bars", 90, BLACK, RGB),
    ("turned-back", "96x24", "bars", 270, RGB, BLACK),
    ("hair", "2x200", "bars", 0, None, BLACK),
    ("hair-fill", "2x200", "fill", 0, RGB, RGB),
]


@pytest.mark.parametrize(
    ("size", "fit", "turn", "top", "left"), [shape[1:] for shape in SHAPES],
    ids=[shape[0] for shape in SHAPES],
)  # fmt: skip
def test_any_shape_meets_the_frame(
    ffmpeg: FFmpeg, tmp_path: Path, size: str, fit: str, turn: int,
    top: tuple[int, ...] | None, left: tuple[int, ...],
) -> None:  # fmt: skip
    """Bars keep all of the picture, fill leaves no bars; a turned clip is turned first."""
    cut = coloured(
        ffmpeg, tmp_path / "a.mp4", size=size, pixels="yuv420p", tags=BT709, turn=turn,
        scale="out_color_matrix=bt709",
    )  # fmt: skip
    cut = replace(cut, fit=fit)  # type: ignore[arg-type]
    made = encoded(ffmpeg, tmp_path, cut, reels.reel(cut))
    assert top is None or is_near(colour_at(made, 0.5, 0.05), top, 3)
    assert is_near(colour_at(made, 0.05, 0.5), left, 3)
    assert fit == "bars" or is_near(colour_at(made, 0.5, 0.5))


def test_pixels_that_are_not_square_are_made_so(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A clip stored squeezed is shown as wide as it was meant, with no bars."""
    cut = coloured(
        ffmpeg, tmp_path / "a.mp4", size="36x48", pixels="yuv420p", tags=BT709,
        scale="out_color_matrix=bt709,setsar=2",
    )  # fmt: skip
    assert cut.clip.facts.sample_aspect == 2
    made = encoded(ffmpeg, tmp_path, cut, reels.reel(cut))
    assert is_near(colour_at(made, 0.05, 0.5))
    assert is_near(colour_at(made, 0.5, 0.05))


def test_odd_sides_and_a_single_frame_do(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A clip of 71 x 47 pixels and one frame is a picture like any other."""
    path = tmp_path / "a.mkv"
    ffmpeg.run(["-f", "lavfi", "-i", "color=red:s=71x47", "-frames:v", "1", "-c:v", "rawvideo",
                "-pix_fmt", "yuv420p", str(path)])  # fmt: skip
    cut = reels.cut_of(reels.as_clip(path))
    made = encoded(ffmpeg, tmp_path, cut, reels.reel(cut))
    assert len(reels.stamps_in(made)) == 1
    assert is_near(colour_at(made, 0.5, 0.5), (255, 0, 0), 3)


def test_hdr_is_refused_by_name(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A picture that would come out flat is an error with the shot's name, not a flat picture."""
    cut = coloured(
        ffmpeg, tmp_path / "sh030.mp4", size="72x48", pixels="yuv420p10le",
        scale="out_color_matrix=bt2020",
        tags="colormatrix=bt2020nc:colorprim=bt2020:transfer=smpte2084",
    )  # fmt: skip
    with pytest.raises(StoryreelError, match=r"sh030 is HDR \(PQ\)"):
        encoded(ffmpeg, tmp_path, cut, reels.reel(cut))


def test_a_clip_that_gives_too_few_frames_is_named(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A clip cut off since it was measured makes no segment; the shot is named."""
    clip = reels.numbered(ffmpeg, tmp_path / "sh040.mp4", frames=10)
    cut = reels.cut_of(replace(clip, facts=replace(clip.facts, frames=30)))
    with pytest.raises(StoryreelError, match=r"sh040 gave \d+ of the 30 frames"):
        encoded(ffmpeg, tmp_path, cut, reels.reel(cut))


def test_a_clip_that_is_none_is_named(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What ffmpeg says goes along, and no segment is left."""
    clip = reels.numbered(ffmpeg, tmp_path / "sh050.mp4", frames=10)
    clip.path.write_text("no clip")
    cut = reels.cut_of(clip)
    with pytest.raises(StoryreelError, match="clip of sh050") as caught:
        encoded(ffmpeg, tmp_path, cut, reels.reel(cut))
    assert "Invalid data" in (caught.value.details or "")
    assert list((tmp_path / "segments").iterdir()) == []


def test_encoded_picture_always_agrees_with_its_specimen(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """One second or one frame, noise or black: no parameter changes in mid-stream."""
    long = reels.numbered(ffmpeg, tmp_path / "long.mp4", frames=60, codec=clips.TWO_B_FRAMES)
    one = reels.numbered(ffmpeg, tmp_path / "one.mp4", frames=1, size=(96, 64))
    noise = tmp_path / "noise.mp4"
    ffmpeg.run(["-f", "lavfi", "-i", "nullsrc=s=72x48:r=30:d=1,geq=lum='random(1)*255':cb=128",
                "-c:v", "libx264", str(noise)])  # fmt: skip
    cuts = [reels.cut_of(clip) for clip in (long, one, reels.as_clip(noise))]
    timeline = reels.reel(*cuts)
    wanted = specimen_parameters(
        Frame(72, 48, Fraction(24)), ffmpeg, Segments(tmp_path / "segments")
    )
    for cut in cuts[::2]:
        assert probe(encoded(ffmpeg, tmp_path, cut, timeline)).parameters == wanted
    heads = set()
    for cut in cuts:
        with av.open(str(encoded(ffmpeg, tmp_path, cut, timeline))) as container:
            heads.add(container.streams.video[0].codec_context.extradata)
    assert len(heads) == 1


def test_what_is_copied_is_decided_from_facts_alone(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """All where all agree; else those that agree with what is encoded; never what is not whole."""
    a = reels.numbered(ffmpeg, tmp_path / "a.mp4", frames=24)
    other = replace(a, facts=replace(a.facts, parameters="other"))

    def asked(frame: Frame) -> str:
        return {"left": "other", "centre": "third"}[frame.chroma]

    def never(_frame: Frame) -> str:
        raise AssertionError("a specimen was asked for in vain")

    whole, part, strange = reels.cut_of(a), reels.cut_of(a, skip=1), reels.cut_of(other)
    third = reels.cut_of(replace(a, facts=replace(a.facts, parameters="third")))
    assert cast(reels.reel(whole, whole), set(), never).copied == {0, 1}
    assert cast(reels.reel(whole, whole), {1}, asked).copied == set()
    assert cast(reels.reel(whole, strange), set(), asked).copied == {1}
    assert cast(reels.reel(part, part), set(), never).copied == set()
    for cuts, chroma in (((third, strange), "left"), ((third, strange, third), "centre")):
        assert cast(reels.reel(*cuts), set(), asked).frame.chroma == chroma
    for change in ({"rotation": 90}, {"variable": True}, {"pixels": "yuv444p"}, {"codec": "hevc"},
                   {"width": 74}, {"rate": Fraction(25)}, {"sample_aspect": Fraction(2)},
                   {"parameters": "alone:x"}):  # fmt: skip
        odd = reels.cut_of(replace(a, facts=replace(a.facts, **change)), frames=24)  # type: ignore[arg-type]
        assert cast(reels.reel(odd), set(), never).copied == set(), change


def test_an_animatics_clip_agrees_with_encoded_picture(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A draft of chained shots encodes the shots whose heads are dropped, and no others."""
    sound = tmp_path / "sound.raw"
    sound.write_bytes(bytes(48_000 * 2 * 2))
    told = encoding.arguments(
        72, 48, Fraction(24), 24, given=False, track=str(sound), target=str(tmp_path / "a.mp4")
    )
    ffmpeg.run(told, feed=[bytes(72 * 48 * 3 // 2)] * 24)
    frame = Frame(72, 48, Fraction(24), "centre")
    segments = Segments(tmp_path / "segments")
    wanted = specimen_parameters(frame, ffmpeg, segments)
    assert reels.as_clip(tmp_path / "a.mp4").facts.parameters == wanted
