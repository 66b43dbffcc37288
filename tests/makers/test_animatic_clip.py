"""Whole clips: what an animatic is to whoever receives it."""

from __future__ import annotations

import array
import itertools
import json
import pickle
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path
from typing import get_args

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from pipeline.errors import MediaError, StoryreelError, ToolStoppedError
from pipeline.files import digest_of_file
from pipeline.ids import ShotId
from pipeline.makers.animatic.layout import layout_of
from pipeline.makers.animatic.maker import Animatic
from pipeline.makers.interface import Order
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.frames import frame_at
from pipeline.media.probe import probe
from pipeline.storyboard.model import Move, ShotSize

ROOT = Path(__file__).parent.parent.parent
REFS = ROOT / "storyboards" / "refs"
SIZE = (256, 144)
RATE = Fraction(12)


def order(target: Path, **changes: object) -> Order:
    values: dict[str, object] = {
        "shot": ShotId("sh010"), "prompt": "A rocket stands.", "seed": 7, "seconds": Fraction(1),
        "rate": RATE, "width": SIZE[0], "height": SIZE[1], "target": target,
        "options": {"words": "A rocket stands.", "move": "static"},
    }  # fmt: skip
    return Order(**{**values, **changes})  # type: ignore[arg-type]


def make(ffmpeg: FFmpeg, target: Path, **changes: object) -> Path:
    Animatic(ffmpeg).make(order(target, **changes), tell=lambda _: None, stop=threading.Event())
    return target


def picture(clip: Path, index: int) -> Image.Image:
    still = frame_at(clip, index, clip.with_suffix(f".{index}.png"))
    return loaded(still.path)


def loaded(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of all code values."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A real photograph of the clips' size."""
    with Image.open(REFS / "coffee.png") as source:
        source.convert("RGB").resize(SIZE).save(tmp_path / "photograph.png")
    return tmp_path / "photograph.png"


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), Fraction(60)])
def test_a_clip_is_what_a_vendor_would_send(ffmpeg: FFmpeg, tmp_path: Path, rate: Fraction) -> None:
    """H.264 High with B-frames, fully tagged, its length exact; AAC as long as the picture."""
    clip = make(ffmpeg, tmp_path / "clip.mp4", rate=rate, seconds=Fraction("2.5"))
    facts = probe(clip)
    wanted = order(clip, rate=rate, seconds=Fraction("2.5")).frames

    assert (facts.codec, facts.pixels, facts.frames, facts.rate) == (
        "h264", "yuv420p", wanted, rate)  # fmt: skip
    assert (facts.matrix, facts.primaries, facts.transfer, facts.range) == (
        "bt709", "bt709", "bt709", "tv")  # fmt: skip
    assert facts.sound is not None
    assert (facts.sound.codec, facts.sound.rate, facts.sound.channels) == ("aac", 48000, 2)
    assert abs(facts.sound.samples - wanted / rate * 48000) <= 1024
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert stream.profile == "High"
        assert stream.codec_context.has_b_frames
        keys = [packet.pts * packet.time_base for packet in container.demux(stream)
                if packet.is_keyframe and packet.pts is not None]  # fmt: skip
    assert max(after - before for before, after in itertools.pairwise(keys)) <= 2
    data = clip.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_sound_is_heard_and_does_not_shout(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The scratch track is neither silent nor loud."""
    clip = make(ffmpeg, tmp_path / "clip.mp4")
    with av.open(str(clip)) as container:
        peaks = [_peak(frame) for frame in container.decode(audio=0)]
    assert 0.01 < max(peaks) < 0.5


def _peak(frame: av.AudioFrame) -> float:
    samples = array.array("f", bytes(frame.planes[0])[: frame.samples * 4])
    return max((abs(sample) for sample in samples), default=0.0)


def test_the_same_order_gives_the_same_bytes(
    ffmpeg: FFmpeg, tmp_path: Path, photograph: Path
) -> None:
    """Two processes, one of them held to a single core, write the same files."""
    modes: list[dict[str, object]] = [
        {}, {"first_frame": photograph}, {"references": (photograph, REFS / "rocket.jpg")},
    ]  # fmt: skip
    code = (
        "import os, sys, pickle, threading\n"
        "if hasattr(os, 'sched_setaffinity'):\n"
        "    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from pipeline.makers.animatic.maker import Animatic\n"
        "ffmpeg, orders = pickle.load(sys.stdin.buffer)\n"
        "for order in orders:\n"
        "    Animatic(ffmpeg).make(order, tell=lambda _: None, stop=threading.Event())\n"
    )
    there = [
        order(tmp_path / f"there{number}.mp4", options={"move": "handheld"}, **given)
        for number, given in enumerate(modes)
    ]
    subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps((ffmpeg, there)), cwd=ROOT, check=True
    )

    for given, other in zip(modes, there, strict=True):
        here = make(ffmpeg, tmp_path / "here.mp4", options={"move": "handheld"}, **given)
        assert digest_of_file(here) == digest_of_file(other.target)
        here.unlink()


def test_another_seed_gives_another_clip(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Chance comes from the seed."""
    one = make(ffmpeg, tmp_path / "one.mp4")
    other = make(ffmpeg, tmp_path / "other.mp4", seed=8)
    assert difference(picture(one, 5), picture(other, 5)) > 1


def test_clips_of_a_size_and_rate_can_be_joined_by_copy(
    ffmpeg: FFmpeg, tmp_path: Path, photograph: Path
) -> None:
    """Whatever they show and however long they are, their parameters are equal."""
    clips = [
        make(ffmpeg, tmp_path / "a.mp4"),
        make(ffmpeg, tmp_path / "b.mp4", first_frame=photograph, seconds=Fraction(3)),
        make(ffmpeg, tmp_path / "c.mp4", last_frame=photograph, seconds=Fraction(1, 12)),
        make(ffmpeg, tmp_path / "d.mp4", references=(photograph,), options={"move": "roll_left"}),
    ]
    facts = [probe(clip) for clip in clips]
    assert len({fact.parameters for fact in facts}) == 1
    assert len({fact.sound.parameters for fact in facts if fact.sound}) == 1


def test_a_clip_starts_and_ends_on_the_frames_given(
    ffmpeg: FFmpeg, tmp_path: Path, photograph: Path
) -> None:
    """Nothing is drawn over them, and what moves between them is neither."""
    with Image.open(REFS / "chelsea.png") as source:
        source.convert("RGB").resize(SIZE).save(tmp_path / "end.png")
    clip = make(
        ffmpeg, tmp_path / "clip.mp4", first_frame=photograph, last_frame=tmp_path / "end.png",
        seconds=Fraction(2), options={"move": "truck_left", "look": "sepia noir"},
    )  # fmt: skip
    start, end = loaded(photograph), loaded(tmp_path / "end.png")

    assert difference(picture(clip, 0), start) < 2.5
    assert difference(picture(clip, 23), end) < 2.5
    assert difference(picture(clip, 12), start) > 10
    assert difference(picture(clip, 12), end) > 10


FIELDS = [(200, 60, 50), (70, 160, 80), (50, 70, 190), (210, 190, 60), (128, 128, 128),
          (150, 70, 170)]  # fmt: skip


def hops(ffmpeg: FFmpeg, source: Image.Image, folder: Path) -> list[Image.Image]:
    """The source, and the first frame of each of 20 clips, each started on the one before."""
    now = folder / "source.png"
    source.save(now)
    pictures = [source]
    for hop in range(20):
        clip = make(
            ffmpeg, folder / f"{hop}.mp4", width=source.width, height=source.height,
            first_frame=now, seconds=Fraction(1, 4),
        )  # fmt: skip
        now = frame_at(clip, 0, folder / f"{hop}.png").path
        pictures.append(loaded(now))
    return pictures


def test_every_colour_stands_still_over_twenty_hops(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Plain fields stay within 1 of the first frame and 2 of the source, away from their edges."""
    fields = Image.new("RGB", (192, 128))
    for place, colour in enumerate(FIELDS):
        x, y = place % 3 * 64, place // 3 * 64
        fields.paste(colour, (x, y, x + 64, y + 64))
    source, first, *later = hops(ffmpeg, fields, tmp_path)

    def furthest(one: Image.Image, other: Image.Image) -> float:
        difference = ImageChops.difference(one, other)
        inner = [difference.crop((x + 16, y + 16, x + 48, y + 48))
                 for x in (0, 64, 128) for y in (0, 64)]  # fmt: skip
        return max(high for field in inner for _, high in field.getextrema())

    assert max(furthest(first, picture) for picture in later) <= 1
    assert max(furthest(source, picture) for picture in later) <= 2


@pytest.mark.long
def test_a_smooth_picture_stands_still_over_twenty_hops(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Of slow gradients 98 values in 100 stay within 1 of the first frame, the mean within 0.1."""
    seed = Image.new("RGB", (3, 2))
    for place, colour in enumerate(FIELDS):
        seed.putpixel((place % 3, place // 3), colour)
    smooth = seed.resize((256, 144), Image.Resampling.BICUBIC)
    source, first, *_, last = hops(ffmpeg, smooth, tmp_path)

    assert share_within(first, last, 1) > 0.98
    assert share_within(source, last, 2) > 0.98
    means = zip(ImageStat.Stat(first).mean, ImageStat.Stat(last).mean, strict=True)
    assert max(abs(one - other) for one, other in means) < 0.1


def share_within(one: Image.Image, other: Image.Image, limit: int) -> float:
    """How many of all code values differ by ``limit`` at most, of 1."""
    counts = ImageChops.difference(one, other).histogram()
    return sum(sum(counts[start : start + limit + 1]) for start in (0, 256, 512)) / sum(counts)


def test_old_words_never_drift_into_the_picture(
    ffmpeg: FFmpeg, tmp_path: Path, photograph: Path
) -> None:
    """Three panned clips, each from the last frame before, show the same whatever was burned in."""
    ends = []
    for words in ("", "MMMM WWWW @@@@ ████ " * 30):
        now = photograph
        for hop in range(3):
            clip = make(
                ffmpeg, tmp_path / f"{hop}{bool(words)}.mp4", first_frame=now,
                shot=ShotId("M" * 30), seconds=Fraction(2),
                options={"words": words, "beat": words, "move": "tilt_down"},
            )  # fmt: skip
            now = frame_at(clip, 23, tmp_path / f"{hop}{bool(words)}.png").path
        ends.append(loaded(now))
    window = tuple(int(side) for side in layout_of(*SIZE).window)
    bands = (0, window[3], SIZE[0], SIZE[1])

    seen = ImageChops.difference(ends[0].crop(window), ends[1].crop(window))
    assert max(high for _, high in seen.getextrema()) < 30  # a ghost of a letter is over 100
    assert max(ImageStat.Stat(seen).mean) < 2
    assert difference(ends[0].crop(bands), ends[1].crop(bands)) > 10


@pytest.mark.parametrize("move", get_args(Move))
def test_every_camera_word_is_drawn(
    ffmpeg: FFmpeg, tmp_path: Path, photograph: Path, move: str
) -> None:
    """A move changes the picture from start to end, and no move leaves it."""
    clip = make(
        ffmpeg, tmp_path / "clip.mp4", first_frame=photograph, seconds=Fraction(1, 2),
        options={"move": move},
    )  # fmt: skip
    window = tuple(int(side) for side in layout_of(*SIZE).window)
    moved = difference(picture(clip, 0).crop(window), picture(clip, 5).crop(window))
    assert moved < 1.5 if move == "static" else moved > 1.5


@pytest.mark.parametrize("size", get_args(ShotSize))
def test_every_shot_size_is_drawn(ffmpeg: FFmpeg, tmp_path: Path, size: str) -> None:
    """Words alone make a scene at each size, in an upright frame too."""
    clip = make(
        ffmpeg, tmp_path / "clip.mp4", width=120, height=214, seconds=Fraction(1, 4),
        options={"words": "Rain in the city at night", "size": size, "move": "dolly_out"},
    )  # fmt: skip
    levels = picture(clip, 1).crop((0, 60, 120, 160)).convert("L").getextrema()
    assert levels[1] - levels[0] > 30


def _red_and_green(image: Image.Image) -> zip[tuple[int, int]]:
    red, green, _ = image.split()
    return zip(red.tobytes(), green.tobytes(), strict=True)


def test_references_stand_with_their_names(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Up to nine pictures, one of them cut out, make a scene; names may be missing or odd."""
    cut = Image.new("RGBA", (200, 300))
    cut.paste((255, 0, 0, 255), (60, 20, 140, 300))
    cut.save(tmp_path / "cut.png")
    pictures = (REFS / "rocket.jpg", tmp_path / "cut.png", *[REFS / "astronaut.png"] * 7)
    for names in (json.dumps(["pad", 3, None]), "no json", "{}"):
        clip = make(ffmpeg, tmp_path / "clip.mp4", references=pictures, width=426, height=240,
                    seconds=Fraction(1, 4),
                    options={"names": names, "move": "orbit_left"})  # fmt: skip
        reds = [red > 200 and green < 60 for red, green in _red_and_green(picture(clip, 1))]
        assert sum(reds) > 100
        clip.unlink()


def test_a_location_stands_behind_everybody(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Named last, it is the ground all the same, and the corners show it."""
    for name, colour in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        Image.new("RGB", (400, 400), colour).save(tmp_path / f"{name}.png")
    corners = {}
    for kinds in ("character location", "location character"):
        clip = make(
            ffmpeg, tmp_path / "clip.mp4", seconds=Fraction(1, 4),
            references=(tmp_path / "red.png", tmp_path / "blue.png"),
            options={"kinds": kinds},
        )  # fmt: skip
        top = layout_of(*SIZE).top
        corners[kinds] = picture(clip, 1).getpixel((4, top + 4))
        clip.unlink()
        (tmp_path / "clip.1.png").unlink()

    red, blue = corners["location character"], corners["character location"]
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_what_goes_wrong_leaves_nothing(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Stopped, or given no picture, or no time: an error of ours, and an empty folder."""
    folder = tmp_path / "made"
    folder.mkdir()
    (tmp_path / "words.png").write_text("no picture")
    stop = threading.Event()

    def stop_soon(share: float) -> None:
        if share > 0.1:
            stop.set()

    with pytest.raises(ToolStoppedError):
        Animatic(ffmpeg).make(
            order(folder / "clip.mp4", seconds=Fraction(60)), tell=stop_soon, stop=stop
        )
    with pytest.raises(MediaError):
        make(ffmpeg, folder / "clip.mp4", first_frame=tmp_path / "words.png")
    with pytest.raises(MediaError):
        make(ffmpeg, folder / "clip.mp4", references=(tmp_path / "none.png",))
    with pytest.raises(StoryreelError):
        make(ffmpeg, folder / "clip.mp4", seconds=Fraction(1, 100))
    assert list(folder.iterdir()) == []


def test_progress_is_told_and_a_missing_font_noted(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Shares grow to 1; a script that no font has is named, in words."""
    told: list[float] = []
    rare = "\U00012000\U00018800\U0001e900\U00016f00\U0001b170"  # scripts few machines can draw
    from pipeline.media.typefaces import font_for

    missing = "".join(letter for letter in rare if font_for(letter) is None)
    delivery = Animatic(ffmpeg).make(
        order(tmp_path / "clip.mp4", options={"words": f"Say {rare}"}),
        tell=told.append, stop=threading.Event(),
    )  # fmt: skip

    assert told == sorted(told)
    assert told[-1] == 1
    expected = (f"no font here has {missing}; shown as boxes",) if missing else ()
    assert delivery.notes == expected
