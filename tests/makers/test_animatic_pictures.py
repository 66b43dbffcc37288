"""Pictures of every kind, the planes they become, and the look's tint."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.makers.animatic.pictures import fitted, open_picture, solid
from pipeline.makers.animatic.planes import colour_of, exact_planes_of, planes_of
from pipeline.makers.animatic.tint import gains_of, tinted

COLOUR = (200, 60, 30)


def near(one: object, other: tuple[int, ...], by: int = 3) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("mode", "suffix", "wanted"),
    [
        ("P", "png", COLOUR), ("CMYK", "jpg", COLOUR), ("LA", "png", (98, 98, 98)),
        ("L", "png", (98, 98, 98)), ("1", "png", (255, 255, 255)), ("RGB", "webp", COLOUR),
        ("YCbCr", "jpg", COLOUR), ("RGBA", "png", COLOUR), ("PA", "tiff", COLOUR),
        ("LAB", "tiff", COLOUR),
    ],
)  # fmt: skip
def test_a_picture_of_any_mode_keeps_its_colour(
    tmp_path: Path, mode: str, suffix: str, wanted: tuple[int, ...]
) -> None:
    """Palettes, greys, inks and transparency all become the RGB they mean."""
    source = Image.new("RGB", (40, 30), COLOUR)
    if mode == "1":
        source = Image.new("RGB", (40, 30), "white")
    if mode == "LAB":
        from PIL import ImageCms

        rgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        picture = ImageCms.profileToProfile(source, rgb, lab, outputMode="LAB")
        assert picture is not None
    elif mode == "PA":
        picture = source.convert("P", palette=Image.Palette.ADAPTIVE).convert("PA")
        suffix = "png"
        picture = picture.convert("RGBA").convert("P")
    elif mode == "P":
        picture = source.convert("P", palette=Image.Palette.ADAPTIVE)
    else:
        picture = source.convert(mode)
    file = tmp_path / f"picture.{suffix}"
    picture.save(file, **({"quality": 98} if suffix in ("jpg", "webp") else {}))
    opened = solid(open_picture(file, most=1000))

    assert opened.mode == "RGB"
    assert near(opened.getpixel((20, 15)), wanted, 6 if mode in ("CMYK", "PA") else 3)


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    """The value is scaled, not cut off."""
    Image.new("I;16", (40, 30), 0x8080).save(tmp_path / "deep.png")
    assert near(open_picture(tmp_path / "deep.png", most=100).getpixel((3, 3)), (128,) * 3, 1)


def test_a_picture_stands_as_its_camera_was_held(tmp_path: Path) -> None:
    """EXIF's orientation is obeyed."""
    picture = Image.new("RGB", (40, 20), "black")
    picture.paste("white", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to stand upright
    picture.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    opened = open_picture(tmp_path / "turned.jpg", most=100)

    assert opened.size == (20, 40)
    assert near(opened.getpixel((10, 4)), (255, 255, 255), 8)


def test_a_large_picture_is_reduced_and_no_picture_is_refused(tmp_path: Path) -> None:
    """More pixels than can be seen are not kept; a text file is an error with its path."""
    Image.new("RGB", (3000, 100), COLOUR).save(tmp_path / "wide.png")
    (tmp_path / "words.png").write_text("no picture")

    assert open_picture(tmp_path / "wide.png", most=500).width == 500
    with pytest.raises(MediaError, match=r"words\.png"):
        open_picture(tmp_path / "words.png", most=500)


def test_a_picture_fits_its_frame() -> None:
    """Of its size it stays itself; of a near shape it fills; of another it is shown whole."""
    square = Image.new("RGB", (100, 100), COLOUR)
    assert fitted(square, 100, 100) is square
    assert fitted(Image.new("RGB", (150, 100), COLOUR), 320, 180).getcolors() == [
        (320 * 180, COLOUR)
    ]
    tall = Image.new("RGB", (90, 160), COLOUR)
    shown = fitted(tall, 320, 180)
    assert shown.getpixel((160, 90)) == COLOUR
    assert not near(shown.getpixel((5, 90)), COLOUR, 20)


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((0, 0, 0), (16, 128, 128)), ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)), ((0, 255, 0), (173, 42, 26)), ((0, 0, 255), (32, 240, 118)),
        ((128, 128, 128), (126, 128, 128)),
    ],
)  # fmt: skip
def test_colours_are_converted_by_the_standard(
    rgb: tuple[int, int, int], yuv: tuple[int, int, int]
) -> None:
    """BT.709 in limited range, rounded to the nearest, the same by all three ways."""
    picture = Image.new("RGB", (8, 8), rgb)
    for planes in (planes_of(picture), exact_planes_of(picture)):
        assert [plane.getpixel((1, 1)) for plane in (planes.y, planes.u, planes.v)] == list(yuv)
    assert colour_of(*rgb) == yuv


def test_a_look_tints_gently_and_silence_does_not() -> None:
    """Known words change colours in their direction; unknown ones leave the picture alone."""
    grey = Image.new("RGB", (4, 4), (120, 120, 120))
    assert tinted(grey, gains_of("35mm film, shallow focus")) is grey
    red, _, blue = tinted(grey, gains_of("Warm dusk")).getpixel((0, 0))
    assert blue < 120 < red < 140
    red, _, blue = tinted(grey, gains_of("cold steel")).getpixel((0, 0))
    assert red < 120 < blue
    lively = Image.new("RGB", (4, 4), (200, 80, 40))
    assert len(set(tinted(lively, gains_of("film noir")).getpixel((0, 0)))) == 1
    assert gains_of("swarm") == gains_of("")
