"""A project folder with pictures of every kind, for tests of boards."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

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
    Image.new("1", (20_000, 1_100)).save(refs / "ribbon.png")
    Image.new("1", (20_000, 9_000)).save(refs / "endless.png")
    Image.new("1", (11_000, 11_000)).save(refs / "bomb.png")
    return boards
