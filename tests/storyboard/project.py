"""A project folder with pictures and clips of every kind, for tests of boards."""

from __future__ import annotations

import wave
from pathlib import Path

import clips
from PIL import Image

from pipeline.media.ffmpeg import find_ffmpeg

_SIZES = {
    "vixen.png": (800, 600), "clearing.png": (1280, 720), "portrait.jpg": (600, 900),
    "stamp.png": (200, 150), "medium.png": (350, 350), "panorama.png": (1600, 400),
    "clearing.gif": (640, 480),
}  # fmt: skip


def make_project(folder: Path) -> Path:
    """Fill ``folder`` and return its ``storyboards`` folder."""
    boards = folder / "storyboards"
    refs = boards / "refs"
    refs.mkdir(parents=True)
    for name, size in _SIZES.items():
        Image.new("RGB", size, (90, 110, 130)).save(refs / name)
    (refs / "notes.png").write_text("Remember the snow.\n", encoding="utf-8")
    (refs / "folder.png").mkdir()
    (refs / "nowhere.png").symlink_to("gone.png")
    (folder.parent / "outside.png").write_bytes((refs / "vixen.png").read_bytes())
    (refs / "way-out.png").symlink_to(folder.parent / "outside.png")
    _make_clips(refs)
    _make_subtitles(boards / "subs")
    _make_sounds(boards / "audio")
    Image.new("1", (20_000, 1_100)).save(refs / "ribbon.png")
    Image.new("1", (20_000, 9_000)).save(refs / "endless.png")
    Image.new("1", (11_000, 11_000)).save(refs / "bomb.png")
    return boards


def _make_sounds(folder: Path) -> None:
    """Two seconds of a tone, and what is no sound."""
    folder.mkdir()
    with wave.open(str(folder / "theme.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(250)) * 128)
    (folder / "notes.wav").write_text("Remember the tune.\n", encoding="utf-8")
    (folder / "torn.mp3").write_bytes(b"ID3" + bytes(5))
    (folder / "folder.wav").mkdir()


def _make_subtitles(folder: Path) -> None:
    """Subtitles of a film, and some with a line that is none."""
    folder.mkdir()
    block = "1\n00:00:00,500 --> 00:00:01,500\nIt is only snow.\n\n"
    (folder / "film.srt").write_text(block, encoding="utf-8")
    (folder / "torn.srt").write_text(f"{block}2\n00:00:02 -> 3\nSnow?\n", encoding="utf-8")


_PQ = (*clips.NO_B_FRAMES, "-bsf:v", "h264_metadata=transfer_characteristics=16")


def _make_clips(refs: Path) -> None:
    """A sound clip of two seconds, and what is none that a film can show."""
    ffmpeg = find_ffmpeg()
    whole = clips.make(ffmpeg, refs / "harbour.mp4", size=(576, 432), frames=48, sound=2.0)
    clips.make(ffmpeg, refs / "small.mp4", frames=4)
    (refs / "torn.mp4").write_bytes(whole.read_bytes()[:1500])
    clips.make(ffmpeg, refs / "hdr.mp4", frames=2, codec=_PQ)
    (refs / "notes.mp4").write_text("Remember the boats.\n", encoding="utf-8")
    (refs / "empty.mp4").touch()
    (refs / "picture.mp4").write_bytes((refs / "vixen.png").read_bytes())
