"""``footage`` as a maker: the author's own clip becomes the shot's, byte for byte."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.files import digest_of_file
from pipeline.makers.interface import Delivery

if TYPE_CHECKING:
    import threading

    from pipeline.makers.interface import Order, Tell


class Footage:
    """Copies the clip of an order; nothing is encoded, so nothing is lost.

    Of ``order.options`` it reads ``clip``, the digest of the clip's bytes.

    The whole clip is taken whatever length the board asks for: the film shows what it needs of it,
    and another length costs no other clip.
    """

    def make(self, order: Order, *, tell: Tell, stop: threading.Event) -> Delivery:  # noqa: ARG002 - the port's
        """Copy the clip to ``order.target``.

        Raises:
            MediaError: the file is gone, or was changed after the board was read.
            OSError: it cannot be copied.
        """
        if order.clip is None:
            raise AssertionError("a shot of footage has its clip")
        try:
            shutil.copyfile(order.clip, order.target)
        except FileNotFoundError as error:
            raise MediaError(order.clip, "it is not there any more") from error
        if digest_of_file(order.target) != order.options["clip"]:
            order.target.unlink()
            raise MediaError(
                order.clip,
                "it was changed after the board was read",
                hint="Run storyreel render again; it plans with the clip as it is now.",
            )
        tell(1.0)
        return Delivery()
