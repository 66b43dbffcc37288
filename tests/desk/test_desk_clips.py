"""The desk's clips are real: their size, length, rate, sound, first frame, and their faults."""

from __future__ import annotations

from fractions import Fraction

import pytest
from calling import Caller, picture
from PIL import Image, ImageChops, ImageStat

from pipeline.desk.server import Desk
from pipeline.errors import MediaError
from pipeline.media.frames import frame_at
from pipeline.media.probe import check_decodable, probe


@pytest.fixture
def kept(tmp_path):
    """Write a clip's bytes to a file."""

    def keep(data, name="clip.mp4"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return keep


def frame(path, index):
    target = path.with_name(f"{path.stem}-{index}.png")
    frame_at(path, index, target)
    with Image.open(target) as image:
        return image.convert("RGB")


def difference(one, other):
    """The mean difference of two pictures, in code values."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        ("16:9", (114, 64)),
        ("9:16", (64, 114)),
        ("1:1", (64, 64)),
        ("4:3", (86, 64)),
        ("3:4", (64, 86)),
    ],
)
def test_a_clip_is_what_was_asked(caller, kept, aspect, size):
    """Seconds at 24 a second, the shape asked, H.264 with sound, decodable to its end."""
    path = kept(caller.clip(aspect_ratio=aspect))
    facts = probe(path)
    check_decodable(path)

    assert (facts.width, facts.height) == size
    assert (facts.frames, facts.rate, facts.codec) == (72, Fraction(24), "h264")
    assert facts.sound is not None
    assert abs(facts.sound.samples - 3 * 48_000) < 2048


def test_without_a_size_the_resolution_counts(kept_clips, kept):
    """720p is 720 lines."""
    with Desk(clips=kept_clips) as desk:
        facts = probe(kept(Caller(desk).clip()))

    assert (facts.width, facts.height) == (1280, 720)


def test_the_same_request_gives_the_same_bytes(tmp_path, kept_clips):
    """In two desks that share nothing; another seed or prompt gives others."""
    made = []
    for name in ("one", "two"):
        with Desk(size=64, clips=tmp_path / name) as desk:
            made.append(Caller(desk).clip("a fox"))
    with Desk(size=64, clips=kept_clips) as desk:
        others = {Caller(desk).clip("a fox", seed=2), Caller(desk).clip("a hen")}

    assert made[0] == made[1]
    assert len(others - set(made)) == 2


def test_a_clip_starts_on_the_picture_given(caller, kept):
    """The first frame is the picture, fitted; its shape is the picture's; the last is another."""
    given = picture(640, 480)
    path = kept(caller.clip(images=[caller.published(given)], aspect_ratio="16:9"))
    first, last = frame(path, 0), frame(path, 71)
    with Image.open(kept(given, "given.png")) as image:
        wanted = image.resize(first.size, Image.Resampling.LANCZOS)

    assert first.size == (86, 64)
    assert difference(first, wanted) < 2
    assert difference(last, wanted) > 5


def test_a_chain_can_be_followed_by_pixels(caller, kept):
    """A clip started on another's last frame shows it, three times over."""
    path = kept(caller.clip("shot 0"), "0.mp4")
    for number in (1, 2, 3):
        last = frame(path, 71)
        data = path.with_name(f"{number - 1}-71.png").read_bytes()
        path = kept(caller.clip(f"shot {number}", images=[caller.published(data)]), f"{number}.mp4")

        assert difference(frame(path, 0), last) < 2


def test_references_stand_in_the_order_they_were_sent(caller, kept):
    """Along the bottom edge, from the left."""
    colours = [(250, 20, 20), (20, 250, 20), (20, 20, 250)]
    links = []
    for colour in colours:
        page = Image.new("RGB", (400, 400), colour)
        path = kept(b"", "reference.png")
        page.save(path)
        links.append(caller.published(path.read_bytes()))
    first = frame(kept(caller.clip(images=links)), 0)
    side = min(first.width // 9, first.height // 4)
    seen = [first.getpixel((side * n + side // 2, first.height - side // 2)) for n in range(3)]

    assert [one.index(max(one)) for one in seen] == [0, 1, 2]


def test_plain_clips_are_all_alike(kept_clips):
    """Made once for each length, for long benches."""
    with Desk(size=64, clips=kept_clips, plain=True) as desk:
        caller = Caller(desk)

        assert caller.clip("a fox") == caller.clip("a hen", seed=9)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [({"do": "wrong-size"}, (56, 32, 72, 24, True)),
     ({"do": "wrong-length"}, (114, 64, 120, 24, True)),
     ({"do": "wrong-length", "seconds": -1}, (114, 64, 48, 24, True)),
     ({"do": "wrong-rate"}, (114, 64, 90, 30, True)),
     ({"do": "silent"}, (114, 64, 72, 24, False))],
)  # fmt: skip
def test_clips_are_not_what_was_asked(desk, caller, kept, rule, wrong):
    """Decodable, of another size, length, rate, or without sound; paid all the same."""
    desk.fault(**rule)
    path = kept(caller.clip())
    check_decodable(path)
    facts = probe(path)

    assert (facts.width, facts.height, facts.frames, facts.rate, bool(facts.sound)) == wrong
    assert desk.spent() == 72


@pytest.mark.parametrize("rule", [{"do": "truncated"}, {"do": "truncated", "bytes": 100},
                                  {"do": "empty"}, {"do": "text"}])  # fmt: skip
def test_clips_are_no_clips(desk, caller, kept, rule):
    """Broken off, empty, or words: whole by their length, and not to be decoded."""
    desk.fault(**rule)
    path = kept(caller.clip())

    with pytest.raises(MediaError):
        check_decodable(path)


def test_parts_of_a_clip_are_served(caller):
    """206 for the first, middle and last bytes; 416 past the end; HEAD tells the length."""
    link = caller.link(caller.taken())
    whole = caller.get(link)
    size, tag = len(whole.body), whole.headers["etag"]
    parts = {
        wanted: caller.get(link, range=wanted)
        for wanted in ("bytes=0-9", "bytes=10-", "bytes=-10", f"bytes=5-{size + 99}")
    }

    assert [one.status for one in parts.values()] == [206] * 4
    assert [one.body for one in parts.values()] == [
        whole.body[:10], whole.body[10:], whole.body[-10:], whole.body[5:]
    ]  # fmt: skip
    assert caller.get(link, range=f"bytes={size}-").status == 416
    assert caller.get(link, range="bytes=0-9", if_range='"another"').status == 200
    assert caller.get(link, range="bytes=0-9", if_range=tag).status == 206
    assert caller.get(link, range="lines=1-2").status == 200
    head = caller.ask("HEAD", link)
    assert (int(head.headers["content-length"]), head.body) == (size, b"")


def test_a_clip_is_made_once(desk, caller):
    """Fetched twice and asked for by two jobs, it is the very file."""
    link = caller.link(caller.taken())

    assert caller.get(link).body == caller.get(link).body == caller.clip()
    assert len({job.link for job in desk.jobs()}) == 2
