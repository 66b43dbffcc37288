from __future__ import annotations

import threading
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import clips
import pytest

from pipeline.errors import MediaError, ToolStoppedError
from pipeline.media.join import Joint, NotJoinableError, Piece, frames_in, join, picture_delay

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

RATE = Fraction(24)
SILENT = Joint(RATE, "Film")
OWN = Joint(RATE, "Film", own_sound=True)


def packets(path: Path) -> list[tuple[int, int, int]]:
    """pts, dts and duration of each picture packet, in frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        tick = 1 / RATE / stream.time_base
        return [
            (int(packet.pts / tick), int(packet.dts / tick), int(packet.duration / tick))
            for packet in container.demux(stream)
            if packet.size
        ]


def numbers(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [clips.number_in(frame.to_image()) for frame in container.decode(video=0)]


def test_a_join_is_frame_exact_and_evenly_stamped(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """Every frame of every clip, in order, equal steps from 0, in ffmpeg and in PyAV."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=13, codec=clips.TWO_B_FRAMES, sound=0.6)
    b = clips.make(ffmpeg, tmp_path / "b.mp4", frames=7, start=50, codec=clips.TWO_B_FRAMES)
    film = tmp_path / "film.mp4"
    join([Piece(a, 13), Piece(b, 7), Piece(a, 13)], film, SILENT)
    wanted = [*range(13), *range(50, 57), *range(13)]
    assert numbers(film) == wanted
    assert clips.raw_frames(ffmpeg, film, tmp_path / "raw") == wanted
    stamps = packets(film)
    assert sorted(pts for pts, _, _ in stamps) == list(range(33))
    assert all(later[1] - earlier[1] == 1 for earlier, later in pairwise(stamps))
    assert {duration for _, _, duration in stamps} == {1}
    ffmpeg.run(["-xerror", "-i", str(film), "-f", "null", "-"])


def test_a_clip_that_holds_frames_back_longer_may_come_later(
    ffmpeg: FFmpeg, tmp_path: Path
) -> None:
    """A film may begin with one frame that waits for nothing and go on with B-frames."""
    one = clips.make(ffmpeg, tmp_path / "one.mp4", frames=1, codec=clips.TWO_B_FRAMES)
    more = clips.make(ffmpeg, tmp_path / "b.mp4", frames=9, start=20, codec=clips.TWO_B_FRAMES)
    film = tmp_path / "film.mp4"
    join([Piece(one, 1), Piece(more, 9)], film, SILENT)
    assert numbers(film) == [0, *range(20, 29)]
    assert all(dts <= pts for pts, dts, _ in packets(film))


def test_the_same_join_gives_the_same_bytes(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """No dates, no chance."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=12, sound=0.5)
    for name in ("1.mp4", "2.mp4"):
        join([Piece(a, 12)] * 2, tmp_path / name, OWN)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes()


def test_the_index_comes_before_the_picture(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A film begins to play before all of it has come over the line."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=12)
    join([Piece(a, 12)], tmp_path / "film.mp4", SILENT)
    data = (tmp_path / "film.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("title", ["Łódź – 雨の夜 🎬", 'a "b" = c; %d \\', "two\nlines", ""])
def test_any_title_is_kept(ffmpeg: FFmpeg, tmp_path: Path, title: str) -> None:
    """The title goes into the film as it was written."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=2)
    join([Piece(a, 2)], tmp_path / "film.mp4", Joint(RATE, title))
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert container.metadata.get("title", "") == title
        assert "creation_time" not in container.metadata


@pytest.mark.parametrize("name", ["it's: 50% 🎬", "-rf", "two\nlines", "a:b;c|d#", " "])
def test_any_name_of_a_folder_works(ffmpeg: FFmpeg, tmp_path: Path, name: str) -> None:
    """No name of a folder or file is taken for an address, a pattern or an option."""
    folder = tmp_path / name
    folder.mkdir()
    clips.make(ffmpeg, tmp_path / "a.mp4", frames=3).rename(folder / "-a:%d.mp4")
    join([Piece(folder / "-a:%d.mp4", 3)], folder / "%03d:film'.mp4", SILENT)
    assert numbers(folder / "%03d:film'.mp4") == [0, 1, 2]


def test_another_number_of_frames_is_refused(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A film is never longer or shorter than its timeline; the piece is named by place."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=5)
    for frames in (4, 6):
        with pytest.raises(NotJoinableError, match=f"exactly {frames} frames") as caught:
            join([Piece(a, 5), Piece(a, frames)], tmp_path / "film.mp4", SILENT)
        assert (caught.value.piece, caught.value.of_sound) == (1, False)


def test_frames_hidden_by_an_edit_list_do_not_come_back(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A clip that hides frames cannot be copied into a film that has no such list."""
    long = clips.make(ffmpeg, tmp_path / "long.mp4", frames=36)
    cut = clips.with_edit_list(ffmpeg, long, tmp_path / "cut.mp4", skip="0.25")
    with pytest.raises(NotJoinableError, match=r"not to be shown|exactly"):
        join([Piece(cut, 30)], tmp_path / "film.mp4", SILENT)


def test_other_settings_are_refused(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A decoder is set up once a film: no parameters change in mid-stream."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=5)
    b = clips.make(ffmpeg, tmp_path / "b.mp4", frames=5, codec=clips.TWO_B_FRAMES)
    with pytest.raises(NotJoinableError, match="settings differ"):
        join([Piece(a, 5), Piece(b, 5)], tmp_path / "film.mp4", SILENT)


@pytest.mark.parametrize("seconds", [0.3, None], ids=["too-short", "none"])
def test_a_hole_in_the_sound_is_the_sounds_fault(
    ffmpeg: FFmpeg, tmp_path: Path, seconds: float | None
) -> None:
    """Sound that would leave a hole is not copied; the picture still can be."""
    whole = clips.make(ffmpeg, tmp_path / "a.mp4", frames=24, sound=1.0)
    short = clips.make(ffmpeg, tmp_path / "b.mp4", frames=24, sound=seconds)
    for order in ([whole, short, whole], [whole, short]):
        with pytest.raises(NotJoinableError) as caught:
            join([Piece(path, 24) for path in order], tmp_path / "film.mp4", OWN)
        assert caught.value.of_sound


def test_a_join_stops_when_told(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """It ends between two pieces, whatever is still to come."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=5)
    stop = threading.Event()
    told: list[int] = []

    def tell(place: int) -> None:
        told.append(place)
        if place == 1:
            stop.set()

    with pytest.raises(ToolStoppedError):
        join([Piece(a, 5)] * 9, tmp_path / "film.mp4", SILENT, stop=stop, tell=tell)
    assert told == [0, 1]


def test_what_cannot_be_read_or_written_is_told_apart(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """A bad clip is the clip's fault, a bad target the target's."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=5)
    (tmp_path / "text.mp4").write_text("no clip")
    with pytest.raises(MediaError, match="text"):
        join([Piece(a, 5), Piece(tmp_path / "text.mp4", 5)], tmp_path / "film.mp4", SILENT)
    with pytest.raises(OSError, match="film"):
        join([Piece(a, 5)], tmp_path / "a.mp4" / "film.mp4", SILENT)


def test_a_picture_that_begins_after_its_sound_is_known(ffmpeg: FFmpeg, tmp_path: Path) -> None:
    """What ffmpeg counts from is the earlier of the two; the film from the picture."""
    a = clips.make(ffmpeg, tmp_path / "a.mp4", frames=24, sound=1.0)
    late = tmp_path / "late.mp4"
    ffmpeg.run(
        ["-i", str(a), "-itsoffset", "0.25", "-i", str(a), "-map", "1:v", "-map", "0:a",
         "-c", "copy", str(late)]
    )  # fmt: skip
    assert picture_delay(a) == 0
    assert abs(picture_delay(late) - Fraction(1, 4)) < Fraction(1, 1000)
    assert frames_in(a) == 24
