"""A pack -> a project that renders the same film: every member checked before it has its place.

The whole pack is read and compared first, so that a damaged one writes nothing. Then what lies
there already is compared: nothing that differs is written over. The board comes last; until it is
there nothing can be rendered, and unpacking again goes on where a crash cut it off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.files import clear_unfinished, digest_of_file, held, whole
from pipeline.ids import Digest
from pipeline.packs.doubting import SETTINGS, Sound, check_settings, sound_of
from pipeline.packs.errors import NOTHING, PackError, not_sound
from pipeline.packs.kept import FrameRecord, Tell
from pipeline.packs.names import LOCK, PROJECT
from pipeline.packs.reading import Pack
from pipeline.places import ROOT_MARK, Places, draft_folder, find_root, places_for
from pipeline.settings import read_settings
from pipeline.store.record import MadeFor
from pipeline.store.store import Store


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What unpacking did.

    ``files`` and ``clips`` are new here, ``there`` were here already, the same. ``draft`` and
    ``missing`` (shots without a clip) are as the pack says; ``other_tools`` are the versions its
    film was cut with, where those here are others: its bytes may then differ.
    """

    board: Path
    files: int
    clips: int
    there: int
    draft: bool
    resolution: str | None
    film: Digest | None
    missing: tuple[str, ...]
    other_tools: str | None


def unpack(
    pack: Pack,
    folder: Path,
    *,
    flags: Mapping[str, str | None] | None,
    tools: Callable[[], str | None],
    tell: Tell,
) -> Unpacked:
    """Put a pack's film in place.

    Args:
        pack: the pack, open.
        folder: the project's folder; made if absent.
        flags: settings from a command line, by name.
        tools: tells the programs a film is cut with here, by version, if they are here; asked
            when everything is in place.
        tell: told how many bytes are read and in place, and of how many.

    Raises:
        PackError: it is damaged or holds what no pack does, or files that differ stand there.
        SettingsError: its settings mean nothing, or are such as a project may not have.
    """
    total = sum(member.bytes for member in pack.manifest.members.values())
    pack.verify(lambda done, _: tell(done, 2 * total))
    sound = sound_of(pack)
    check_settings(pack, flags)
    putting = _Putting(pack, folder.absolute(), sound, lambda done: tell(total + done, 2 * total))
    board = putting.put(flags)
    told, here = pack.manifest, tools()
    return Unpacked(
        board=board,
        files=putting.files,
        clips=putting.clips,
        there=putting.there,
        draft=told.draft,
        resolution=told.resolution,
        film=told.film,
        missing=told.missing,
        other_tools=told.tools if here and here != told.tools else None,
    )


@dataclass
class _Putting:
    pack: Pack
    folder: Path
    sound: Sound
    tell: Callable[[int], None]
    done: int = 0
    files: int = 0
    clips: int = 0
    there: int = 0

    def put(self, flags: Mapping[str, str | None] | None) -> Path:
        """Put everything in place; where the board lies now."""
        pack = self.pack
        board = self.folder / pack.manifest.board
        marked = SETTINGS in pack.names or (self.folder / ROOT_MARK).is_file()
        root = self.folder if marked else find_root(board)
        draft = draft_folder(pack.manifest.resolution) if pack.manifest.draft else None
        files = self._places(places_for(board, root, store=None, draft=draft))
        self._refuse_others(files)
        settings = files.pop(SETTINGS, None)
        if settings:
            self._put_file(SETTINGS, settings)
        store = read_settings(root, flags=flags).store
        places = places_for(board, root, store=store, draft=draft)
        with held(places.turn):
            self._put_clips(Store(places.store))
            last = f"{PROJECT}{pack.manifest.board}"
            for name in sorted(files, key=lambda name: (name == last, name)):
                self._put_file(name, files[name])
        return board

    def _places(self, places: Places) -> dict[str, Path]:
        """Where the project's files go."""
        files = {
            name: self.folder / name.removeprefix(PROJECT)
            for name in self.pack.names
            if name.startswith(PROJECT)
        }
        return files | ({LOCK: places.lock} if LOCK in self.pack.names else {})

    def _refuse_others(self, files: Mapping[str, Path]) -> None:
        """Nothing that stands there and differs is written over, and no link is followed.

        Raises:
            PackError: something does.
        """
        others = [path for name, path in files.items() if not self._may_put(name, path)]
        if others:
            raise PackError(
                f"{len(others)} files stand there already and are others than in the pack.",
                details="\n".join([NOTHING, *map(str, sorted(others)[:10])]),
                hint="Unpack into a new folder: -d FOLDER.",
            )

    def _may_put(self, name: str, path: Path) -> bool:
        above = [one for one in path.parents if one.is_relative_to(self.folder)]
        if path.is_symlink() or any(one.is_symlink() for one in above if one != self.folder):
            return False
        if any(one.exists() and not one.is_dir() for one in above):
            return False
        return not path.exists() or self._is_there(name, path)

    def _is_there(self, name: str, path: Path) -> bool:
        return path.is_file() and digest_of_file(path) == self.pack.manifest.members[name].digest

    def _put_file(self, name: str, path: Path) -> None:
        if self._is_there(name, path):
            self.there += 1
        else:
            _write(self.pack, name, path)
            self.files += 1
        self._count(name)

    def _put_clips(self, store: Store) -> None:
        for digest, made in self.sound.records.items():
            self._put_clip(store, digest, made)
        for (digest, index), record in self.sound.frames.items():
            self._put_frame(store, digest, index, record)

    def _put_clip(self, store: Store, digest: Digest, made: tuple[MadeFor, ...]) -> None:
        """Through the store's own door, its facts measured here; one that is there stays."""
        from pipeline.media.probe import probe

        name = f"clips/{digest}.mp4"
        if store.state(digest, fresh=True) == "good":
            self.there += 1
        else:
            incoming = store.incoming()
            try:
                with incoming.open("wb") as file:
                    self.pack.copy(name, file)
                store.admit(incoming, probe(incoming), made[0])
            except MediaError as error:
                raise not_sound(self.pack.file, f"{name} is no clip: {error.why}") from error
            finally:
                incoming.unlink(missing_ok=True)
            self.clips += 1
        for one in made:
            store.also_for(digest, one)
        self._count(name, f"clips/{digest}.json")

    def _put_frame(self, store: Store, digest: Digest, index: int, record: FrameRecord) -> None:
        """A frame that was handed over here already stays as it was taken."""
        from pipeline.run.handover import keep_handed, recorded_pixels

        name = f"frames/{digest}-{index}"
        known = recorded_pixels(store, digest, index)
        if known is None:
            path = store.frame_path(digest, index)
            _write(self.pack, f"{name}.png", path)
            keep_handed(path, record.pixels, record.file)
        elif known != record.pixels:
            raise PackError(
                f"Frame {index} of clip {digest[:12]} was taken otherwise in the store here.",
                details="Another ffmpeg took it; shots that start on it are known by its pixels.",
                hint="Unpack with a store of its own: --store FOLDER.",
            )
        self._count(f"{name}.png", f"{name}.json")

    def _count(self, *names: str) -> None:
        self.done += sum(self.pack.manifest.members[name].bytes for name in names)
        self.tell(self.done)


def _write(pack: Pack, name: str, path: Path) -> None:
    """Write a member beside its place, and rename it there once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_unfinished(path)  # of an unpacking that was cut off
    with whole(path) as file:
        pack.copy(name, file)
