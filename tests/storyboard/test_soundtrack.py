"""A board's sound, resolved: every word followed, files known by digest, lines by their place."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from pipeline.files import digest_of_file
from pipeline.film.timeline import Timeline
from pipeline.packs.board_files import files_of
from pipeline.sidecars.cutting import cutting_list
from pipeline.storyboard.anchors import parse_anchor
from pipeline.storyboard.levels import Loudness
from pipeline.storyboard.loader import load_board_text
from pipeline.storyboard.resolver import resolve_film
from pipeline.storyboard.soundtrack import Piece, Sound, SoundFile

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.storyboard.shot import Film

BOARD = """\
storyboard: 1
title: Heard
defaults: {level: -2dB}
sound:
  music: {file: audio/theme.wav, level: -8dB, from: sh010+12f, until: sh020.end, skip: 6f,
          fade_in: 1s, fade_out: 2s, loop: true, duck: true}
  voice_over:
    - {at: sh010+1s, text: "She is alone: still."}
    - at: a-1-12f
      file: audio/theme.wav
      level: +3dB
  voice: espeak-ng de
  cues: [{at: 2s, file: audio/theme.wav}]
  loudness: ebu-r128
  level_shots: true
shots:
  - {id: sh010, prompt: Snow falls.}
  - {id: a-1, prompt: Dark., level: +1dB}
  - {id: sh020, prompt: It stops.}
"""


def film_of(text: str, boards: Path) -> Film:
    board = load_board_text(text, name="x.storyboard.yaml", folder=boards)
    return resolve_film(
        board.storyboard, board.pictures, board.lines, seeds={},
        sounds=board.sounds, voice_lines=board.voice_lines,
    )  # fmt: skip


def test_everything_that_is_said_is_there(boards: Path) -> None:
    """Levels, moments, lengths and lines; one piece of music stands for a list of one."""
    film = film_of(BOARD, boards)
    sound = film.sound
    assert sound is not None
    theme = boards / "audio" / "theme.wav"
    file = SoundFile(theme, digest_of_file(theme), Fraction(2), channels=1)
    ids = frozenset({"sh010", "a-1", "sh020"})
    assert sound.music == (
        Piece(
            file, parse_anchor("sh010+12f"), parse_anchor("sh020.end"), -8.0, Fraction(1, 4),
            Fraction(1), Fraction(2), loop=True, duck="voice",
        ),
    )  # fmt: skip
    spoken, recorded = sound.voice_over
    assert (spoken.text, spoken.file, spoken.line) == ("She is alone: still.", None, 8)
    assert (recorded.at, recorded.file, recorded.level) == (
        parse_anchor("a-1-12f", ids), file, 3.0,
    )  # fmt: skip
    assert (recorded.line, recorded.at.shot) == (9, "a-1")
    assert (sound.voice, sound.loudness, sound.level_shots) == ("de", Loudness(-23, -1), True)
    assert [shot.level for shot in film.shots] == [-2.0, 1.0, -2.0]


def test_a_board_without_sound_says_nothing(boards: Path) -> None:
    """No `sound:`, none in the film, and nothing of it in the cutting list of films from before."""
    text = BOARD[: BOARD.index("defaults:")] + BOARD[BOARD.rindex("shots:") :]
    film = film_of(text, boards)
    assert film.sound is None
    told = cutting_list(Timeline("Heard", film.size, film.rate, ()), "tools")
    assert "sound" not in told


def test_the_cutting_list_knows_sounds_by_what_they_are(boards: Path) -> None:
    """Where a file lies and where a line is written decide nothing; a level does."""
    film = film_of(BOARD, boards)
    assert film.sound is not None

    def listed(sound: Sound) -> object:
        return cutting_list(Timeline("Heard", film.size, film.rate, (), sound), "t")["sound"]

    same = listed(film.sound)
    moved = tuple(replace(line, line=99) for line in film.sound.voice_over)
    piece = film.sound.music[0]
    elsewhere = replace(piece, file=replace(piece.file, path=boards / "other.wav"))
    assert listed(replace(film.sound, voice_over=moved, music=(elsewhere,))) == same
    assert listed(replace(film.sound, music=(replace(piece, level=-7.0),))) != same


def test_a_pack_holds_the_sounds(boards: Path) -> None:
    """Music, voices and cues travel with their board."""
    board = load_board_text(BOARD, name="x.storyboard.yaml", folder=boards).storyboard
    assert files_of(board, "storyboards/x.storyboard.yaml") == ("storyboards/audio/theme.wav",)


def test_what_is_plain() -> None:
    """Only what changes what is heard stands in the way of copying the shots' sound."""
    assert Sound().plain
    assert Sound(voice=None).plain
    assert not Sound(level_shots=True).plain
    assert not Sound(loudness=Loudness(-16)).plain
