"""Clips as people bring them, through everything a film can do with them: a right film, or a fault.

The long proof takes every kind of clip through every use; the quick one takes some through some.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import hostile
import pytest
from hostile import Kind
from hostile_kinds import COLOURS, DAMAGED, FILES, KINDS, RATES, SOUNDS, TURNS
from witness import HOME, Part, Reel, doubts

from pipeline.api import plan_film, render_film
from pipeline.storyboard.diagnostics import BoardFaultsError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.media.ffmpeg import FFmpeg
    from pipeline.planned import RenderedFilm

HEAD = """\
storyboard: 1
title: "Hostile: %{pts} 'x'"
format: {aspect: "3:2", resolution: 96p, fps: 24}
defaults: {model: footage}
"""
OUTPUTS = """\
deliver:
  tall: {aspect: "9:16", fit: fill}
  square: {aspect: "1:1", fit: bars}
"""


@dataclass
class Board:
    """A board in the making, with what its film must turn out to be."""

    folder: Path
    ffmpeg: FFmpeg
    parts: list[Part] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def show(self, name: str, kind: Kind, frames: int, said: str = "", **how: object) -> None:
        """Add a shot of ``frames`` frames of a kind of clip; ``how`` is what that means."""
        part = Part(kind, frames, **how)  # type: ignore[arg-type]
        comes = f", transition: {part.comes} {part.overlap}f" if part.comes else ""
        shot = f"s{len(self.parts)}"
        clip = json.dumps(self._file(name, kind))
        words = f", {said}" if said else ""
        self.lines.append(f"  - {{id: {shot}, clip: {clip}, duration: {frames}f{words}{comes}}}\n")
        self.parts.append(part)

    def home(self, frames: int = 6, comes: str = "", overlap: int = 0) -> None:
        """Add a shot of a clip that is as it should be."""
        self.show("home", HOME, frames, comes=comes, overlap=overlap)

    def render(self, outputs: str = "") -> RenderedFilm:
        """Write the board and render it."""
        path = self.folder / "storyboards" / "film.storyboard.yaml"
        path.write_text(f"{HEAD}{outputs}shots:\n{''.join(self.lines)}", encoding="utf-8")
        return render_film(plan_film(path))

    def _file(self, name: str, kind: Kind) -> str:
        if name not in self.files:
            refs = self.folder / "storyboards" / "refs"
            refs.mkdir(parents=True, exist_ok=True)
            path = hostile.make(self.ffmpeg, kind, refs / f"{name}{kind.suffix}")
            self.files[name] = f"refs/{path.name}"
        return self.files[name]


@pytest.fixture
def board(tmp_path: Path, ffmpeg: FFmpeg) -> Board:
    """An empty board, in a folder of an odd name."""
    return Board(tmp_path / "it's [a] 100% %{x}", ffmpeg)


def test_clips_of_all_kinds_meet_in_one_film(board: Board, tmp_path: Path, ffmpeg: FFmpeg) -> None:
    """Rates, depths, turns, ranges, channels and edit lists, dissolved into one another."""
    board.show("29.97", replace(RATES["29.97"], codec=COLOURS["HEVC of 10 bits"].codec), 8)
    board.show("variable", RATES["very variable"], 8, comes="dissolve", overlap=3)
    board.show("turned", TURNS["turned"], 8, "fit: fill", fit="fill", comes="dissolve", overlap=3)
    board.show("full", COLOURS["JPEG's"], 8, "trim: {in: 3f}", head=Fraction(3, 24))
    board.show("5.1", SOUNDS["5.1"], 8, "speed: 2", speed=Fraction(2), comes="wipe_left", overlap=2)
    board.show("list", FILES["edit list"], 9, "hold: 4f", hold=4)
    board.home(8, "dissolve", 3)
    rendered = board.render()

    assert rendered.film
    assert doubts(ffmpeg, rendered.film, Reel(board.parts), tmp_path) == []


@pytest.mark.parametrize("name", ["PQ", "cut off", "index missing", "cut off in Matroska"])
def test_what_cannot_be_shown_is_refused_where_it_is_named(board: Board, name: str) -> None:
    """The fault has the board's line, the shot, the file and the way out."""
    kind = KINDS[name]
    board.home()
    board.show("bad clip", kind, 4)
    with pytest.raises(BoardFaultsError) as caught:
        board.render()

    (fault,) = caught.value.faults
    assert (fault.code, fault.span.line, fault.shot) == ("clip-unreadable", 7, "s1")
    assert f"bad clip{kind.suffix}" in fault.message
    assert kind.refused in fault.message
    assert fault.help


@pytest.mark.parametrize("name", ["damaged at its end", "damaged within"])
def test_damage_that_only_decoding_finds_fails_its_shot(board: Board, name: str) -> None:
    """The shot fails when it is made: under the file's own name, with the board's line."""
    board.home()
    board.show("bad clip", DAMAGED[name], 4)
    error = board.render().outcome.failed["s1"]

    assert DAMAGED[name].refused in error.brief
    assert "bad clip.mp4" in error.brief
    assert "Line 7 of the board" in (error.hint or "")


def every_use(board: Board, name: str, kind: Kind) -> None:
    """Cut, dissolved, wiped, faded, trimmed, sped up, slowed down, held, fitted, matched."""
    there = math.ceil(kind.seconds * 24)
    board.home()
    if there < 10:
        board.show(name, kind, 6, "hold: 5f", hold=5)
        return
    board.show(name, kind, there)
    board.home()
    long = min(there - 3, 12)
    board.show(name, kind, long, "trim: {in: 3f}", head=Fraction(1, 8), comes="dissolve", overlap=4)
    board.home(8, "dissolve", 4)
    board.show(name, kind, 8, comes="wipe_left", overlap=4)
    board.home(8, "fade_black", 4)
    board.show(name, kind, 8, comes="fade_black", overlap=4)
    left = int((kind.seconds - Fraction(10, 24)) * 24)
    board.show(name, kind, left, "trim: {in: 5f, out: 5f}", head=Fraction(5, 24))
    board.show(name, kind, int(kind.seconds * 12), "speed: 2", speed=Fraction(2))
    board.show(name, kind, 12, "speed: 0.5", speed=Fraction(1, 2))
    board.show(name, kind, 12, "hold: 6f", hold=6)
    board.show(name, kind, 8, "fit: fill", fit="fill")
    board.show(name, kind, 8, "fit: blur", fit="blur")
    board.show(name, kind, 8, "match: s0", matched=True)
    board.show(name, kind, 12, "fade_in: 4f, fade_out: 4f", fades=4)
    board.home(4)
    board.show(name, kind, 6, "speed: 1.5, trim: {in: 4f}", head=Fraction(1, 6),
               speed=Fraction(3, 2), comes="slide_up", overlap=3)  # fmt: skip
    board.home(8, "dissolve", 3)
    board.show(name, kind, 12, "hold: 8f, trim: {in: 2f}", head=Fraction(1, 12), hold=8)
    board.home(8, "dissolve", 5)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.refused])
def test_every_kind_of_clip_through_every_use(
    board: Board, tmp_path: Path, ffmpeg: FFmpeg, name: str
) -> None:
    """Each frame of the film and of its outputs in other shapes, and each moment of its sound."""
    every_use(board, "clip", KINDS[name])
    rendered = board.render(OUTPUTS)

    assert rendered.film
    assert doubts(ffmpeg, rendered.film, Reel(board.parts), tmp_path) == []
    for output, fit in (("tall", "fill"), ("square", "bars")):
        film = rendered.film.with_name(f"film.{output}.mp4")
        assert doubts(ffmpeg, film, Reel(board.parts, fit), tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.frames > 2
                                  and not kind.refused and kind.matrix == "bt709"])  # fmt: skip
def test_a_film_of_one_kind_of_clip_alone(
    board: Board, tmp_path: Path, ffmpeg: FFmpeg, name: str
) -> None:
    """Where all clips agree they may be copied: nothing hidden comes to light, all is in step."""
    kind = KINDS[name]
    if kind.size == (72, 48):
        kind = replace(kind, size=(144, 96))
    for _ in range(3):
        board.show("clip", kind, math.ceil(kind.seconds * 24))
    rendered = board.render()

    assert rendered.film
    assert doubts(ffmpeg, rendered.film, Reel(board.parts), tmp_path) == []
