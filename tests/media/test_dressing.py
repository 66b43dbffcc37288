"""What a film's file says: chapters, soft subtitles, its source, read back by three readers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import clips
import pytest

from pipeline.files import digest_of_file
from pipeline.media.dressing import Chapter, Cue, Dressing
from pipeline.media.index import index_of
from pipeline.media.join import Joint, Piece, join
from pipeline.media.poster_frame import write_poster

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg

ODD = '"Quotes": it\'s %{x} \\n\nשלום 😀'
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DRESSED = Dressing(
    comment=f"AI-generated. {SOURCE}",
    source_type=SOURCE,
    chapters=(Chapter(0, 10, f"sh010: {ODD}"[:20]), Chapter(10, 20, "sh020: שלום 😀")),
    cues=(Cue(0, 3, "First"), Cue(3, 5, ODD), Cue(12, 20, "Last")),
    language="deu",
)


@pytest.fixture(scope="module")
def film(ffmpeg: FFmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty frames of two pieces, joined with everything a file can say."""
    folder = tmp_path_factory.mktemp("dressed")
    pieces = [
        Piece(
            clips.make(
                ffmpeg, folder / f"{n}.mp4", frames=10, start=n * 10, codec=clips.TWO_B_FRAMES
            ),
            10,
        )
        for n in range(2)
    ]
    for name in ("film.mp4", "again.mp4"):
        join(pieces, folder / name, Joint(Fraction(24), "Odd's: %{x}", dressing=DRESSED))
    return folder / "film.mp4"


def test_the_picture_is_what_it_was(film: Path) -> None:
    """Every frame is there, evenly timed from 0, whatever lies beside it."""
    assert index_of(film).timetable.frames == 20
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
    assert [clips.number_in(frame.to_image()) for frame in frames] == list(range(20))
    assert [frame.pts * frame.time_base for frame in frames] == [Fraction(n, 24) for n in range(20)]


def test_chapters_and_words_come_back(film: Path) -> None:
    """Title, comment and each chapter's name and place, as PyAV reads them."""
    with av.open(str(film)) as container:
        chapters = [
            (float(c["start"] * c["time_base"]), c["metadata"]["title"])
            for c in container.chapters()
        ]
        assert container.metadata["title"] == "Odd's: %{x}"
        assert container.metadata["comment"] == DRESSED.comment
    assert [name for _, name in chapters] == [c.title for c in DRESSED.chapters]
    assert chapters[1][0] == pytest.approx(10 / 24, abs=0.001)


def test_soft_subtitles_come_back_to_the_frame(film: Path) -> None:
    """Each text with its language, shown from its first frame on, for all of its frames."""
    with av.open(str(film)) as container:
        lane = container.streams.subtitles[0]
        assert lane.language == "deu"
        packets = [packet for packet in container.demux(lane) if packet.size > 2]
        found = [
            (
                Fraction(packet.pts or 0) * packet.time_base * 24,
                Fraction(packet.duration or 0) * packet.time_base * 24,
                bytes(packet)[2:].decode(),
            )
            for packet in packets
        ]
    assert found == [(cue.start, cue.end - cue.start, cue.text) for cue in DRESSED.cues]


def test_ffmpeg_reads_the_subtitles(ffmpeg: FFmpeg, film: Path, tmp_path: Path) -> None:
    """The ffmpeg program turns the track into the .srt it came from, any text in it."""
    ffmpeg.run(["-i", str(film), "-map", "0:s:0", str(tmp_path / "out.srt")])

    said = (tmp_path / "out.srt").read_text(encoding="utf-8")
    assert '"Quotes": it\'s %{x}' in said
    assert "שלום 😀" in said
    assert said.count("-->") == 3


def test_the_source_is_said_at_the_end_in_xmp(film: Path) -> None:
    """The last box of the file is XMP's; the index still comes before the picture (faststart)."""
    data = film.read_bytes()
    place = data.rindex(b"uuid") - 4
    assert int.from_bytes(data[place : place + 4]) == len(data) - place
    assert data[place + 8 : place + 24].hex() == "be7acfcb97a942e89c71999491e3afac"
    assert f"<Iptc4xmpExt:DigitalSourceType>{SOURCE}</".encode() in data[place:]
    assert data.index(b"moov") < data.index(b"mdat") < place


def test_the_same_again_gives_the_same_bytes(film: Path) -> None:
    """Nothing in a dressed file depends on when it was made."""
    assert digest_of_file(film) == digest_of_file(film.with_name("again.mp4"))


def test_a_poster_is_the_frame_and_says_its_source(film: Path, tmp_path: Path) -> None:
    """The frame asked for, in full size, with the film's source in its XMP."""
    write_poster(film, 13, tmp_path / "poster.jpg", SOURCE)

    assert clips.number_in(tmp_path / "poster.jpg") == 13
    assert SOURCE.encode() in (tmp_path / "poster.jpg").read_bytes()
