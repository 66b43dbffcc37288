"""A picture goes as it is where it may, and is made to fit without being touched where not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.media.fitting import Fit, fit_of, fit_picture
from pipeline.models.catalog import models, routes

ROUTE = Fit(("PNG", "JPEG", "WEBP"), 10_000_000)


def noise(size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    data = random.Random(1).randbytes(size[0] * size[1] * len(mode))
    return Image.frombytes(mode, size, data)


def fitted(picture: Path, fit: Fit, folder: Path) -> Path:
    """The picture as it goes; the original is as it was."""
    before = digest_of_file(picture)
    sent = fit_picture(picture, fit, folder / "sent")
    assert digest_of_file(picture) == before
    assert sent.stat().st_size <= fit.most_bytes
    return sent


def worst(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of any value."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(high for _, high in difference.getextrema())


@pytest.mark.parametrize("name", ["a.png", "b.jpg", "c.webp"])
def test_what_may_go_goes_as_it_is(tmp_path: Path, name: str) -> None:
    """The very file, and nothing is written."""
    noise().save(tmp_path / name)

    assert fitted(tmp_path / name, ROUTE, tmp_path) == tmp_path / name
    assert not (tmp_path / "sent").exists()


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.bmp", "RGB"), ("b.gif", "P"), ("c.tif", "RGB"), ("d.tif", "RGBA"), ("e.bmp", "L"),
     ("f.gif", "L"), ("g.tif", "CMYK"), ("h.tif", "F"), ("i.bmp", "1")],
)  # fmt: skip
def test_other_formats_become_png_without_loss(tmp_path: Path, name: str, mode: str) -> None:
    """Every pixel is the original's."""
    picture = noise().convert(mode)
    picture.save(tmp_path / name)
    sent = fitted(tmp_path / name, ROUTE, tmp_path)

    with Image.open(sent) as image, Image.open(tmp_path / name) as original:
        assert image.format == "PNG"
        wanted = original.convert("RGBA" if original.has_transparency_data else "RGB")
        assert image.convert(wanted.mode).tobytes() == wanted.tobytes()


def test_what_has_too_many_bytes_becomes_a_good_jpeg(tmp_path: Path) -> None:
    """Large and quiet: quality alone does; the difference is hardly one to be seen."""
    quiet = Image.linear_gradient("L").resize((900, 700)).convert("RGB")
    speckled = ImageChops.add(quiet, noise((900, 700)).point(lambda value: value // 40))
    speckled.save(tmp_path / "a.png")
    fit = Fit(("PNG", "JPEG"), (tmp_path / "a.png").stat().st_size // 2)
    sent = fitted(tmp_path / "a.png", fit, tmp_path)

    with Image.open(sent) as image:
        assert (image.format, image.size) == ("JPEG", (900, 700))
        assert worst(image, speckled) <= 12


def test_pixels_go_last_of_all(tmp_path: Path) -> None:
    """Noise that no quality makes small enough is made smaller, its shape kept."""
    noise((600, 300)).save(tmp_path / "a.png")
    sent = fitted(tmp_path / "a.png", Fit(("PNG", "JPEG"), 60_000), tmp_path)

    with Image.open(sent) as image:
        assert 100 < image.width < 600
        assert image.width / image.height == pytest.approx(2, rel=0.03)


def test_what_can_never_fit_is_told(tmp_path: Path) -> None:
    """A route that takes ten bytes takes no picture."""
    noise().save(tmp_path / "a.png")
    for fit in (Fit(("PNG", "JPEG"), 10), Fit(("PNG",), 1000), Fit((), 10_000_000)):
        with pytest.raises(MediaError, match="cannot be sent in"):
            fit_picture(tmp_path / "a.png", fit, tmp_path / "sent")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_turned_picture_is_sent_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    """Whether the vendor looks at EXIF or not, it sees what a person sees."""
    corner = Image.new("RGB", (64, 48), "white")
    corner.paste("red", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    corner.save(path, exif=exif, quality=100)
    sent = fitted(path, ROUTE, tmp_path)
    upright = [(8, 8), (8, 8), (-8, 8), (-8, -8), (8, -8), (8, 8), (-8, 8), (-8, -8), (8, -8)]

    assert (sent == path) == (orientation == 1 and suffix != "tif")
    with Image.open(sent) as image:
        x, y = upright[orientation]
        assert image.size == ((64, 48) if orientation < 5 else (48, 64))
        assert image.getexif().get(0x0112, 1) == 1
        red, green, _ = image.convert("RGB").getpixel((x % image.width, y % image.height))
        assert red > 200 > green


def test_long_sides_are_scaled_down(tmp_path: Path) -> None:
    """To the pixel, in either direction; transparency stays."""
    noise((400, 100), "RGBA").save(tmp_path / "a.png")
    sent = fitted(tmp_path / "a.png", Fit(("PNG",), 10_000_000, most_side=200), tmp_path)

    with Image.open(sent) as image:
        assert (image.size, image.mode) == ((200, 50), "RGBA")


def test_what_shows_through_becomes_white(tmp_path: Path) -> None:
    """A JPEG has no transparency; black would be a wall behind the figure."""
    layer = noise((200, 200), "RGB").convert("RGBA")
    layer.paste((0, 0, 0, 0), (0, 0, 100, 200))
    layer.save(tmp_path / "a.png")
    sent = fitted(tmp_path / "a.png", Fit(("JPEG",), 10_000_000), tmp_path)

    with Image.open(sent) as image:
        assert min(image.convert("RGB").getpixel((20, 100))) > 250


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_the_colours_own_description_goes_along(tmp_path: Path, mode: str) -> None:
    """A profile of light is kept; one of inks would be a lie about a picture that is now in RGB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    inks = profile[:16] + b"CMYK" + profile[20:]
    path = tmp_path / "a.tif"
    noise().convert(mode).save(path, icc_profile=profile if mode == "RGB" else inks)
    sent = fitted(path, ROUTE, tmp_path)

    with Image.open(sent) as image:
        assert image.info.get("icc_profile") == (profile if mode == "RGB" else None)


def test_sixteen_bits_of_grey_keep_their_greys(tmp_path: Path) -> None:
    """White stays white and the middle the middle, as PNG and as JPEG."""
    values = [0, 32896, 65535]
    picture = Image.new("I;16", (192, 64))
    for place, value in enumerate(values):
        picture.paste(value, (place * 64, 0, place * 64 + 64, 64))
    picture.save(tmp_path / "a.tif")
    as_png = fitted(tmp_path / "a.tif", ROUTE, tmp_path)
    as_jpeg = fitted(tmp_path / "a.tif", Fit(("JPEG",), 10_000_000), tmp_path)

    with Image.open(as_png) as image:
        assert [image.getpixel((x, 32)) for x in (32, 96, 160)] == values
    with Image.open(as_jpeg) as image:
        greys = [image.convert("L").getpixel((x, 32)) for x in (32, 96, 160)]
        assert greys == pytest.approx([0, 128, 255], abs=2)


def test_the_same_picture_is_converted_once(tmp_path: Path) -> None:
    """A second look finds the copy; another picture or another route has its own."""
    noise().save(tmp_path / "a.bmp")
    first = fit_picture(tmp_path / "a.bmp", ROUTE, tmp_path / "sent")
    stamp = first.stat().st_mtime_ns
    (tmp_path / "b.bmp").write_bytes((tmp_path / "a.bmp").read_bytes())

    assert fit_picture(tmp_path / "b.bmp", ROUTE, tmp_path / "sent") == first
    assert first.stat().st_mtime_ns == stamp
    assert fit_picture(tmp_path / "a.bmp", Fit(("JPEG",), 10**7), tmp_path / "sent") != first


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_told(tmp_path: Path, data: bytes) -> None:
    """Also where there is no file at all."""
    (tmp_path / "a.png").write_bytes(data)
    for name in ("a.png", "none.png"):
        with pytest.raises(MediaError):
            fit_picture(tmp_path / name, ROUTE, tmp_path / "sent")


def test_a_cut_picture_is_told_when_it_is_converted(tmp_path: Path) -> None:
    """Its beginning is whole, its end is not there."""
    noise().save(tmp_path / "a.bmp")
    data = (tmp_path / "a.bmp").read_bytes()
    (tmp_path / "a.bmp").write_bytes(data[: len(data) // 2])

    with pytest.raises(MediaError, match="cut off or damaged"):
        fit_picture(tmp_path / "a.bmp", ROUTE, tmp_path / "sent")


def test_the_narrower_of_upload_and_model_counts() -> None:
    """HappyHorse reads BMP, Apiframe uploads none; Apiframe takes 25 MB, HappyHorse 10."""
    fit = fit_of(routes()["apiframe"].upload, models()["happyhorse-1.1"])

    assert fit == Fit(("PNG", "JPEG", "WEBP"), 10_000_000)
