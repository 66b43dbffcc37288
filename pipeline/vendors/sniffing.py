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


def is_a_page(start: bytes) -> bool:
    """Whether it is text for a browser or a program (HTML, XML, JSON): no clip begins so."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[")
