"""The colours of a frame: its clip's own matrix and range, exactly, for any length of chain."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import clips
import pytest
from PIL import Image, ImageChops, ImageStat

from pipeline.errors import MediaError
from pipeline.media.ffmpeg import FFmpeg
from pipeline.media.frames import frame_at, last_index
from pipeline.media.probe import probe

ROOT = Path(__file__).parents[2]
LOSSLESS = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")
WEIGHTS = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}
YUV = [(120, 90, 200), (60, 140, 100), (200, 120, 135), (80, 180, 120), (235, 128, 128),
       (16, 128, 128)]  # fmt: skip


def rgb_of(yuv: Sequence[int], matrix: str, *, full: bool, bits: int = 8) -> tuple[int, ...]:
    """The formula of ITU-R BT.601, BT.709 and BT.2020."""
    scale = 1 << bits - 8
    luma_range, chroma_range = (255, 255) if full else (219 * scale, 224 * scale)
    luma = (yuv[0] - (0 if full else 16 * scale)) / luma_range
    blue, red = ((value - 128 * scale) / chroma_range for value in yuv[1:])
    red_weight, blue_weight = WEIGHTS[matrix]
    r = luma + 2 * (1 - red_weight) * red
    b = luma + 2 * (1 - blue_weight) * blue
    g = (luma - red_weight * r - blue_weight * b) / (1 - red_weight - blue_weight)
    return tuple(round(min(max(value, 0.0), 1.0) * 255) for value in (r, g, b))


def flat(
    ffmpeg: FFmpeg,
    path: Path,
    yuv: Sequence[int],
    *,
    lines: int = 48,
    pixels: str = "yuv444p",
    tags: str = "null",
) -> Path:
    """One frame of one colour, its very code values kept by a lossless codec."""
    wide = 2 if "10" in pixels else 1
    planes = (value.to_bytes(wide, "little") * (64 * lines) for value in yuv)
    return clips.from_pictures(
        ffmpeg,
        path,
        [b"".join(planes)],
        size=(64, lines),
        layout=pixels,
        codec=LOSSLESS,
        filters=tags,
        options=("-pix_fmt", pixels),
    )


def middle(picture: Path) -> tuple[int, ...]:
    with Image.open(picture) as image:
        pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def furthest(one: Sequence[int], other: Sequence[int]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", WEIGHTS)
def test_a_tagged_clip_is_read_by_its_own_tags(
    ffmpeg: FFmpeg, tmp_path: Path, matrix: str, full: bool
) -> None:
    """Within one code value of the standard's formula, for each matrix and range."""
    tags = f"setparams=colorspace={matrix}:range={'pc' if full else 'tv'}"
    for yuv in YUV:
        clip = flat(ffmpeg, tmp_path / "flat.mp4", yuv, tags=tags)
        still = frame_at(clip, 0, tmp_path / "flat.png")

        assert furthest(middle(still.path), rgb_of(yuv, matrix, full=full)) <= 1


@pytest.mark.parametrize(("lines", "matrix"), [(718, "smpte170m"), (720, "bt709")])
def test_an_untagged_clip_is_read_by_its_size(
    ffmpeg: FFmpeg, tmp_path: Path, lines: int, matrix: str
) -> None:
    """Without tags 720 lines and more mean BT.709, fewer BT.601."""
    for yuv in YUV[:3]:
        clip = flat(ffmpeg, tmp_path / "flat.mp4", yuv, lines=lines)
        still = frame_at(clip, 0, tmp_path / "flat.png")

        assert probe(clip).matrix is None
        assert furthest(middle(still.path), rgb_of(yuv, matrix, full=False)) <= 1


def test_ten_bits_become_eight_by_rounding(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Ten-bit code values land within one of the formula, everywhere in the frame alike."""
    for yuv in ((480, 360, 800), (243, 560, 403), (801, 482, 541)):
        clip = flat(ffmpeg, tmp_path / "flat.mp4", yuv, pixels="yuv444p10le", tags=clips.BT709)
        still = frame_at(clip, 0, tmp_path / "flat.png")
        with Image.open(still.path) as image:
            spread = [high - low for low, high in image.getextrema()]

        assert furthest(middle(still.path), rgb_of(yuv, "bt709", full=False, bits=10)) <= 1
        assert max(spread) <= 1


def test_a_clip_in_rgb_is_copied(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What is RGB already keeps its values."""
    clip = clips.from_pictures(
        ffmpeg,
        tmp_path / "rgb.mkv",
        [bytes((200, 17, 99)) * (64 * 48)],
        size=(64, 48),
        codec=("-c:v", "ffv1"),
        options=("-pix_fmt", "gbrp"),
    )

    assert middle(frame_at(clip, 0, tmp_path / "rgb.png").path) == (200, 17, 99)


@pytest.mark.parametrize(("transfer", "word"), [("smpte2084", "PQ"), ("arib-std-b67", "HLG")])
def test_hdr_is_told(ffmpeg: FFmpeg, tmp_path: Path, transfer: str, word: str) -> None:
    """A frame of an HDR clip comes with a note, never silently."""
    tags = f"setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc={transfer}"
    yuv = (480, 500, 540)
    clip = flat(ffmpeg, tmp_path / "hdr.mp4", yuv, pixels="yuv444p10le", tags=tags)
    still = frame_at(clip, 0, tmp_path / "hdr.png")

    assert still.note is not None
    assert word in still.note
    assert furthest(middle(still.path), rgb_of(yuv, "bt2020nc", full=False, bits=10)) <= 1


def test_a_matrix_that_cannot_be_read_is_refused(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Wrong colours are never given for right ones."""
    clip = flat(ffmpeg, tmp_path / "odd.mp4", YUV[0], tags="setparams=colorspace=ycgco")
    with pytest.raises(MediaError, match="ycgco"):
        frame_at(clip, 0, tmp_path / "odd.png")


def corners(picture: Path) -> tuple[tuple[int, int], list[bool]]:
    """The size, and which corners are bright, in reading order."""
    with Image.open(picture) as image:
        grey = image.convert("L")
        right, low = grey.width - 4, grey.height - 4
        places = ((3, 3), (right, 3), (3, low), (right, low))
        return grey.size, [int(str(grey.getpixel(place))) > 127 for place in places]


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_clip_stands_as_a_player_shows_it(
    ffmpeg: FFmpeg, tmp_path: Path, degrees: int, flipped: bool
) -> None:
    """A display matrix, mirrored or not, does what ffmpeg's own player does with it."""
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    mirror = -1 if flipped else 1
    matrix = (cosine * mirror, sine, 0, -sine * mirror, cosine, 0, 0, 0, 0x4000)
    fixed = [value << 16 for value in matrix]
    bright_corner = b"".join(
        bytes(255 if x < 20 and y < 16 else 20 for x in range(64)) for y in range(48)
    )
    clip = clips.from_pictures(
        ffmpeg, tmp_path / "turned.mp4", [bright_corner] * 3, size=(64, 48), layout="gray"
    )
    data = clip.read_bytes()
    place = data.index(b"tkhd") + 4 + 40  # after version, flags, times, ids, layer, volume
    clip.write_bytes(data[:place] + struct.pack(">9i", *fixed) + data[place + 36 :])
    ffmpeg.run(["-i", str(clip), "-frames:v", "1", str(tmp_path / "player.png")])
    still = frame_at(clip, 2, tmp_path / "ours.png")

    assert corners(still.path) == corners(tmp_path / "player.png")
    assert probe(clip).rotation == degrees
    assert probe(clip).shown_size == (still.width, still.height)


@pytest.mark.parametrize(
    ("aspect", "size"), [("4/3", (96, 48)), ("1/2", (72, 96)), ("1", (72, 48))]
)
def test_pixels_become_square(
    ffmpeg: FFmpeg, tmp_path: Path, aspect: str, size: tuple[int, int]
) -> None:
    """Where pixels are not square the frame is stretched to what is meant, never shrunk."""
    clip = clips.make(ffmpeg, tmp_path / "a.mp4", frames=6, filters=f"setsar={aspect}")
    still = frame_at(clip, 5, tmp_path / "a.png")

    assert (still.width, still.height) == size
    assert probe(clip).shown_size == size
    assert probe(clip).sample_aspect == Fraction(aspect)
    assert clips.number_in(still.path) == 5


FIELDS = [(200, 60, 50), (70, 160, 80), (50, 70, 190), (210, 190, 60), (128, 128, 128),
          (150, 70, 170)]  # fmt: skip
CRF_18 = ("-crf", "18")


def encode(ffmpeg: FFmpeg, picture: Path, clip: Path, quality: Sequence[str] = CRF_18) -> Path:
    """A clip that stands on ``picture`` for six frames, as a model's clip would start on it."""
    ffmpeg.run(
        ["-loop", "1", "-framerate", "24", "-i", str(picture), "-frames:v", "6",
         "-vf", clips.TO_BT709, "-c:v", "libx264", "-preset", "veryfast", *quality, str(clip)]
    )  # fmt: skip
    return clip


def chain(
    ffmpeg: FFmpeg, source: Path, folder: Path, quality: Sequence[str] = CRF_18
) -> list[Path]:
    """The source, and the last frame of each of 20 clips, each started on the one before."""
    pictures = [source]
    for number in range(20):
        clip = encode(ffmpeg, pictures[-1], folder / f"{number}.mp4", quality)
        facts = probe(clip)
        target = folder / f"{number}.png"
        pictures.append(frame_at(clip, last_index(facts), target, facts=facts).path)
    return pictures


def fields(path: Path) -> Path:
    """Six large fields of colour."""
    image = Image.new("RGB", (192, 128))
    for place, colour in enumerate(FIELDS):
        x, y = place % 3 * 64, place // 3 * 64
        image.paste(colour, (x, y, x + 64, y + 64))
    image.save(path)
    return path


def furthest_in_fields(one: Path, other: Path) -> int:
    """The largest difference of any pixel 16 or more away from another field."""
    with Image.open(one) as a, Image.open(other) as b:
        difference = ImageChops.difference(a, b)
    inner = [
        difference.crop((x + 16, y + 16, x + 48, y + 48)) for x in (0, 64, 128) for y in (0, 64)
    ]
    return max(high for field in inner for _, high in field.getextrema())


def share_within(one: Path, other: Path, limit: int) -> float:
    """How many of all code values differ by ``limit`` at most, of 1."""
    with Image.open(one) as a, Image.open(other) as b:
        counts = ImageChops.difference(a, b).histogram()
    near = sum(sum(counts[channel : channel + limit + 1]) for channel in (0, 256, 512))
    return near / sum(counts)


def drift(one: Path, other: Path) -> float:
    """How far the mean of the channel that moved most has moved."""
    with Image.open(one) as a, Image.open(other) as b:
        means = zip(ImageStat.Stat(a).mean, ImageStat.Stat(b).mean, strict=True)
        return max(abs(before - after) for before, after in means)


def test_twenty_hops_keep_every_colour(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Every pixel of plain fields stays within 1 of the first frame and 2 of the source."""
    source, first, *later = chain(ffmpeg, fields(tmp_path / "source.png"), tmp_path)

    assert max(furthest_in_fields(first, picture) for picture in later) <= 1
    assert max(furthest_in_fields(source, picture) for picture in later) <= 2


def test_twenty_hops_by_the_usual_way_would_fail(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The common way to take a frame, in the same chain, breaks the bound: it is a real one."""
    import av

    pictures = [fields(tmp_path / "source.png")]
    for number in range(8):
        clip = encode(ffmpeg, pictures[-1], tmp_path / f"{number}.mp4")
        with av.open(str(clip)) as container:
            *_, last = container.decode(video=0)
            last.to_image().save(tmp_path / f"{number}.png")
        pictures.append(tmp_path / f"{number}.png")

    assert furthest_in_fields(pictures[0], pictures[-1]) > 2


def test_twenty_hops_of_a_smooth_picture(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Of slow gradients x264 keeps the mean to 0.1 and 98 values in 100 within 2."""
    photograph = Image.open(ROOT / "storyboards" / "refs" / "chelsea.png").convert("RGB")
    photograph.resize((12, 8)).resize((480, 272), Image.Resampling.BICUBIC).save(
        tmp_path / "source.png"
    )
    source, first, *_, last = chain(ffmpeg, tmp_path / "source.png", tmp_path)

    assert drift(first, last) < 0.1
    assert drift(source, last) < 0.2
    assert share_within(first, last, 2) > 0.98


def test_twenty_hops_of_a_photograph_lose_only_what_the_codec_loses(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """With a lossless codec between, a photograph's colours stand still."""
    with Image.open(ROOT / "storyboards" / "refs" / "chelsea.png") as photograph:
        photograph.convert("RGB").resize((320, 208)).save(tmp_path / "source.png")
    source, first, *_, last = chain(ffmpeg, tmp_path / "source.png", tmp_path, ("-qp", "0"))

    assert drift(first, last) < 0.02
    assert drift(source, last) < 0.05
    assert share_within(first, last, 2) > 0.99


def test_the_usual_conversion_would_be_caught(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Reading BT.709 as BT.601 is off by far more than these tests forgive."""
    clip = flat(ffmpeg, tmp_path / "flat.mp4", YUV[0], tags=clips.BT709)
    wrong = replace(probe(clip), matrix="smpte170m")
    still = frame_at(clip, 0, tmp_path / "wrong.png", facts=wrong)

    assert furthest(middle(still.path), rgb_of(YUV[0], "bt709", full=False)) > 10
