"""Small films packed and unpacked, and packs that are forged. Import it as ``travelling``."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile

import stories
from PIL import Image

from pipeline.api import plan_film, render_film
from pipeline.packing import pack_film, unpack_film

BOARD = stories.text(
    "sh010",
    "sh020 first_frame: sh010.last",
    "sh030 references: [hero]",
    head=stories.HEAD
    + "references:\n  hero: {kind: character, image: refs/hero.png, description: a hero}\n",
)


def project(folder, board=BOARD):
    """A project with a board, a picture and settings of its own; the board's path."""
    boards = folder / "storyboards"
    (boards / "refs").mkdir(parents=True)
    Image.new("RGB", (400, 400), (180, 40, 60)).save(boards / "refs" / "hero.png")
    (folder / "storyreel.toml").write_text("jobs = 2\n")
    (folder / ".env").write_text("APIFRAME_API_KEY=afk_never_packed\n")
    path = boards / "film.storyboard.yaml"
    path.write_text(board)
    return path


def render(board, **options):
    """Render; the film's path."""
    rendered = render_film(plan_film(board, **options), stop=threading.Event())
    assert rendered.outcome.whole
    return rendered.film


def packed(board, target, **options):
    pack_film(board, target, **options)
    return target


def members(path):
    """A pack's members, in its order."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def forged(path, target, change, *, entry=None):
    """A pack whose members ``change`` has changed, its manifest in step with them.

    ``entry`` may change each member's entry before it is written.
    """
    inside = members(path)
    manifest = json.loads(inside.pop("manifest.json"))
    change(inside, manifest)
    listed = {name: {"bytes": len(d), "digest": digest(d)} for name, d in inside.items()}
    manifest["members"] = manifest.pop("forged", listed)
    return archive_of({"manifest.json": json.dumps(manifest).encode(), **inside}, target, entry)


def archive_of(inside, target, entry=None):
    """A ZIP file of just this."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in inside.items():
            one = zipfile.ZipInfo(name)
            one.external_attr = 0o100644 << 16
            if entry:
                entry(one)
            archive.writestr(one, data)
    return target


def digest(data):
    return hashlib.sha256(data).hexdigest()


def tree(folder):
    """Every file below a folder, with its bytes; lock files of ours aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".flock"
    }


def clips_in(folder):
    return {path.name for path in folder.glob("output/store/clips/*/*.mp4")}


__all__ = [
    "BOARD", "archive_of", "clips_in", "digest", "forged", "members", "packed", "project",
    "render", "tree", "unpack_film",
]  # fmt: skip
