from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av
import casts
import pytest
import reels

from pipeline.errors import StoryreelError
from pipeline.film.assembler import assemble
from pipeline.film.looks import Looks
from pipeline.film.matching import grades_of, with_colours
from pipeline.film.timeline import Cut, Timeline
from pipeline.ids import ShotId
from pipeline.media.drift import measure_clip
from pipeline.media.matching import grade_to
from pipeline.media.probe import probe
from pipeline.sidecars.cutting import cutting_list
from pipeline.storyboard.transitions import Transition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.film.assembler import Assembly
    from pipeline.media.drift import Look
    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.store.clip import Clip


def matching(cut: Cut, whom: Clip) -> Cut:
    return replace(cut, match=ShotId(whom.path.stem))


def cast(ffmpeg: FFmpeg, path: Path, light: Sequence[float] = casts.NONE) -> Clip:
    return reels.as_clip(casts.clip(ffmpeg, path, light))


def cut_film(ffmpeg: FFmpeg, folder: Path, timeline: Timeline) -> tuple[Assembly, Timeline]:
    laid = with_colours(timeline, Looks(folder / "segments"))
    done = assemble(laid, folder / "film.mp4", segments=folder / "segments", ffmpeg=ffmpeg)
    return done, laid


def seen(film: Path, first: int, last: int) -> Look:
    return measure_clip(film, probe(film), first, last).whole


@pytest.mark.parametrize("light", [casts.WARM, casts.COLD], ids=["warm", "cold"])
def test_colours_come_near_and_nothing_clips(
    ffmpeg: FFmpeg, tmp_path: Path, light: tuple[float, float, float]
) -> None:
    """A fraction of the difference is left; black stays black, skin keeps its shades apart."""
    head, off = cast(ffmpeg, tmp_path / "a.mp4"), cast(ffmpeg, tmp_path / "b.mp4", light)
    timeline = reels.reel(reels.cut_of(head), matching(reels.cut_of(off), head))
    done, _ = cut_film(ffmpeg, tmp_path, timeline)
    film = tmp_path / "film.mp4"
    before = seen(off.path, 0, 11).colour_from(seen(head.path, 0, 11))
    after = seen(film, 12, 23).colour_from(seen(film, 0, 11))
    assert before > 2.5
    assert after < before / 4
    assert "b" in done.encoded
    skins = [patch(film, 18, place) for place in range(3)]
    assert all(10 < code < 250 for skin in skins for code in skin)
    assert [sum(skin) for skin in skins] == sorted(sum(skin) for skin in skins)
    assert max(patch(film, 18, 6)) < 8
    assert min(patch(film, 18, 7)) > 225


def patch(film: Path, number: int, place: int) -> tuple[int, int, int]:
    """The middle of one of the nine patches of a frame, red, green and blue."""
    with av.open(str(film)) as container:
        frame = next(f for n, f in enumerate(container.decode(video=0)) if n == number)
        image = frame.reformat(format="rgb24", src_colorspace="ITU709").to_image()
    colour = image.getpixel((place % 3 * 24 + 12, place // 3 * 16 + 8))
    assert isinstance(colour, tuple)
    return int(colour[0]), int(colour[1]), int(colour[2])


def test_the_same_film_comes_again(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """From the same clips elsewhere, measured anew: the same values and the same bytes."""
    films = []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        a, b = cast(ffmpeg, folder / "a.mp4"), cast(ffmpeg, folder / "b.mp4", casts.COLD)
        _, laid = cut_film(ffmpeg, folder, reels.reel(reels.cut_of(a), matching(
            reels.cut_of(b), a)))  # fmt: skip
        films.append((cutting_list(laid, "tools"), (folder / "film.mp4").read_bytes()))
    assert films[0] == films[1]
    assert films[0][0]["cuts"][1]["grade"]["slopes"] != [1000, 1000, 1000]
    assert not {"grade", "match"} & films[0][0]["cuts"][0].keys()


def test_a_blend_shows_the_matched_side(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Within a dissolve the shot has the colours it has after it."""
    a, b = cast(ffmpeg, tmp_path / "a.mp4"), cast(ffmpeg, tmp_path / "b.mp4", casts.WARM)
    comes = replace(matching(reels.cut_of(b), a), transition=Transition("dissolve", 6))
    cut_film(ffmpeg, tmp_path, reels.reel(reels.cut_of(a), comes))
    film = tmp_path / "film.mp4"
    assert seen(film, 6, 11).colour_from(seen(film, 0, 5)) < 1


def test_a_match_follows_a_match() -> None:
    """The third is brought to the second as the film shows it, in any order of asking."""
    levels = {
        ShotId(name): tuple(tuple(int(code == at) * 9 + int(code == at + 40) * 9
                            for code in range(256)) for at in (place, 100, 120))
        for name, place in (("a", 100), ("b", 110), ("c", 118))
    }  # fmt: skip
    asked = {ShotId("c"): ShotId("b"), ShotId("b"): ShotId("a")}
    grades = grades_of(asked, levels)
    assert grades == grades_of(dict(reversed(asked.items())), levels)
    shown = grades[ShotId("b")].levels(levels[ShotId("b")])
    assert grades[ShotId("c")] == grade_to(levels[ShotId("c")], shown)
    assert grades[ShotId("c")] != grade_to(levels[ShotId("c")], levels[ShotId("b")])


def test_a_clip_that_cannot_be_looked_at_is_named(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """The error says whose clip it is."""
    a, b = cast(ffmpeg, tmp_path / "a.mp4"), cast(ffmpeg, tmp_path / "b.mp4", casts.WARM)
    b.path.write_text("no clip any more")
    timeline = reels.reel(reels.cut_of(a), matching(reels.cut_of(b), a))
    with pytest.raises(StoryreelError, match="The clip of b cannot be looked at"):
        with_colours(timeline, Looks(tmp_path / "segments"))
