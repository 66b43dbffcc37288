"""What bytes are by how they begin, whatever anyone calls them. Pure."""

from __future__ import annotations


def picture_kind(data: bytes) -> str | None:
    """``PNG``, ``JPEG``, ``WEBP``, ``GIF`` or ``BMP``; ``None`` for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    return "BMP" if data.startswith(b"BM") else None


def is_text(start: bytes) -> bool:
    """Whether it is text for a browser, a program or a person: no clip begins so.

    Every container of clips has a byte among its first sixteen that no text has.
    """
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if plain[:1] in (b"<", b"{", b"["):
        return True
    return len(plain) >= 16 and all(byte in _PRINTED for byte in plain[:64])


_PRINTED = frozenset({*range(0x20, 0x7F), *b"\t\r\n"})
