"""Model -> the maker that serves it: a literal the type checker can read."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import NotConnectedError
from pipeline.makers.interface import Maker
from pipeline.media.ffmpeg import FFmpeg
from pipeline.models.catalog import ANIMATIC, CARD, FOOTAGE


def _animatic(ffmpeg: FFmpeg) -> Maker:
    from pipeline.makers.animatic.maker import Animatic

    return Animatic(ffmpeg)


def _footage(_: FFmpeg) -> Maker:
    from pipeline.makers.footage import Footage

    return Footage()


def _card(ffmpeg: FFmpeg) -> Maker:
    from pipeline.makers.card.maker import Card

    return Card(ffmpeg)


_MAKERS: dict[str, Callable[[FFmpeg], Maker]] = {
    ANIMATIC: _animatic,
    CARD: _card,
    FOOTAGE: _footage,
}


def is_connected(model: str) -> bool:
    """Whether this storyreel can make clips with ``model``."""
    return model in _MAKERS


def maker_for(model: str, ffmpeg: FFmpeg) -> Maker:
    """The maker of ``model``.

    Raises:
        NotConnectedError: this storyreel cannot reach the model yet.
    """
    if not is_connected(model):
        raise NotConnectedError(
            f"{model} cannot be reached from this version of storyreel; nothing was ordered.",
            hint="Make the film with the free animatic: storyreel render --draft.",
        )
    return _MAKERS[model](ffmpeg)
