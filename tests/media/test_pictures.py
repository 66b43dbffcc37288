"""Pictures are measured without trusting them, and never sought outside the project."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.media import pictures
from pipeline.media.pictures import look_at_picture, resolve_inside

SIZE = (96, 64)


def noise(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    data = random.Random(1).randbytes(size[0] * size[1] * len(mode))
    return Image.frombytes(mode, size, data)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.png", "RGB"), ("b.png", "RGBA"), ("c.jpg", "RGB"), ("d.webp", "RGB"), ("e.gif", "P"),
     ("f.bmp", "RGB"), ("g.tif", "CMYK"), ("h.png", "L")],
)  # fmt: skip
def test_a_picture_is_measured(tmp_path: Path, name: str, mode: str) -> None:
    """Size, format, mode, bytes and digest of every kind that is taken."""
    path = tmp_path / name
    (noise().convert("P") if mode == "P" else noise(mode=mode)).save(path)
    facts = look_at_picture(path)

    assert (facts.width, facts.height, facts.mode) == (*SIZE, mode)
    assert facts.format.startswith(path.suffix[1:3].upper())
    assert facts.bytes == path.stat().st_size
    assert facts.digest == digest_of_file(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_on_its_side_is_measured_as_shown(
    tmp_path: Path, orientation: int, suffix: str
) -> None:
    """EXIF orientations 5 to 8 swap width and height, in every format that carries them."""
    path = tmp_path / f"turned{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    noise().save(path, exif=exif)
    facts = look_at_picture(path)

    assert (facts.width, facts.height) == (SIZE if orientation < 5 else SIZE[::-1])


def png_claiming(width: int, height: int, rows: int = 1000) -> bytes:
    """A PNG in black and white that says it is huge; with ``rows`` bytes of picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(rows)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 6_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_not_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    """More than the limit of pixels is refused from the header alone."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_claiming(*size))
    with pytest.raises(MediaError, match="pixels"):
        look_at_picture(path)


def test_a_wide_picture_is_reported(tmp_path: Path) -> None:
    """20,000 pixels wide is for the caller to judge; what Pillow warns of is measured too."""
    (tmp_path / "wide.png").write_bytes(png_claiming(20_000, 10, 10 * 2_501))
    (tmp_path / "large.png").write_bytes(png_claiming(9_900, 10_000, 10_000 * 1_239))

    assert look_at_picture(tmp_path / "wide.png").width == 20_000
    assert look_at_picture(tmp_path / "large.png").height == 10_000


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif", ".bmp", ".tif"])
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.97])
def test_a_picture_cut_off_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    """A download that stopped half-way does not pass for a picture."""
    whole = tmp_path / f"whole{suffix}"
    noise().save(whole)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * kept)])
    with pytest.raises(MediaError):
        look_at_picture(path)


def test_what_is_no_picture_is_refused_in_plain_words(tmp_path: Path) -> None:
    """Each says what it is instead."""
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "folder.png").mkdir()
    written = {
        "empty.png": (b"", "empty"),
        "text.png": (b"a picture of a fox", "text"),
        "page.jpg": (b"<html><body>404</body></html>", "web page"),
        "vector.png": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text"),
        "script.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "text"),
        "noise.png": (random.Random(4).randbytes(2000), "no picture"),
    }
    for name, (content, _) in written.items():
        (tmp_path / name).write_bytes(content)
    expected = {name: why for name, (_, why) in written.items()} | {
        "missing.png": "not there",
        "link.png": "link to nothing",
        "folder.png": "folder",
        "n" * 5000: "too long",
    }
    for name, why in expected.items():
        with pytest.raises(MediaError) as caught:
            look_at_picture(tmp_path / name)

        assert why in caught.value.why, name


@settings(max_examples=60, deadline=None)
@given(
    place=st.integers(0, 4000),
    garbage=st.binary(min_size=1, max_size=60),
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"]),
)
def test_a_damaged_picture_is_refused_or_measured(
    tmp_path_factory: pytest.TempPathFactory, place: int, garbage: bytes, kind: str
) -> None:
    """Whatever bytes are changed, the answer is facts or a MediaError, nothing else."""
    path = tmp_path_factory.getbasetemp() / f"damaged.{kind.lower()}"
    noise((40, 30)).save(path, format=kind)
    data = bytearray(path.read_bytes())
    place %= len(data)
    data[place : place + len(garbage)] = garbage
    path.write_bytes(data)
    try:
        facts = look_at_picture(path)
    except MediaError:
        return

    assert 0 < facts.width * facts.height <= pictures.MOST_PIXELS


@pytest.mark.parametrize(
    "written",
    ["refs/a.png", "./refs/a.png", "refs/../refs/a.png", "../top.png", "refs/gone.png",
     "refs/50% ü 'x' 🎬: b.png", "a:b.png", "~/a.png", "c.d+e/f.png"],
)  # fmt: skip
def test_a_path_inside_the_project_is_found(tmp_path: Path, written: str) -> None:
    """Relative to the board, anywhere in the project, whether it is there or not."""
    base = tmp_path / "storyboards"
    base.mkdir()

    assert resolve_inside(tmp_path, base, written) == base / written


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("https://example.org/a.png", pictures.AddressError),
        ("file:///etc/passwd", pictures.AddressError),
        ("s3://bucket/a.png", pictures.AddressError),
        ("data:image/png;base64,AAAA", pictures.AddressError),
        ("/etc/passwd", pictures.AbsolutePathError),
        ("C:\\pictures\\a.png", pictures.AbsolutePathError),
        ("C:/pictures/a.png", pictures.AbsolutePathError),
        ("\\\\server\\share\\a.png", pictures.AbsolutePathError),
        ("../../a.png", pictures.OutsideProjectError),
        ("refs/../../../etc/passwd", pictures.OutsideProjectError),
        ("out/a.png", pictures.OutsideProjectError),
        ("out.png", pictures.OutsideProjectError),
        ("nul\0.png", pictures.UnusablePathError),
        ("round/a.png", pictures.UnusablePathError),
    ],
)
def test_a_path_out_of_the_project_is_refused(
    tmp_path: Path, written: str, error: type[ValueError]
) -> None:
    """Addresses, absolute paths, ``..`` and links that lead out are each told apart."""
    base = tmp_path / "project" / "storyboards"
    base.mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"x")
    (base / "out").symlink_to(tmp_path)
    (base / "out.png").symlink_to(tmp_path / "secret.png")
    (base / "round").symlink_to(base / "round")
    with pytest.raises(error):
        resolve_inside(tmp_path / "project", base, written)


def test_a_project_behind_a_link_is_still_a_project(tmp_path: Path) -> None:
    """What counts is where files really lie, for the root as well."""
    (tmp_path / "real" / "storyboards").mkdir(parents=True)
    (tmp_path / "alias").symlink_to(tmp_path / "real")
    base = tmp_path / "alias" / "storyboards"

    assert resolve_inside(tmp_path / "real", base, "a.png") == base / "a.png"
    assert resolve_inside(tmp_path / "alias", base, "../a.png") == base / "../a.png"
