"""The door to git: commits by the names people give them, their files, and nothing written.

Nothing of a repository's is run for us: no hook, no filter, no pager, no text conversion, no
server is asked for what a partial clone has left there.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pipeline.errors import ToolMissingError, UsageError
from pipeline.settings import environment
from pipeline.versions.errors import GitFailedError, NoVersionError

# what a hook, or a shell, may say of another repository than the one the board lies in
# (git rev-parse --local-env-vars), and how paths are to be taken
_OF_ANOTHER = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_EXTERNAL_DIFF", "GIT_SHALLOW_FILE",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE",
    "GIT_IMPLICIT_WORK_TREE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_ICASE_PATHSPECS",
    "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
})  # fmt: skip
_OURS = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",  # none, whatever a repository's configuration says; for older gits
    "GIT_PAGER": "cat",
    "GIT_LITERAL_PATHSPECS": "1",
}
_FLAGS = (
    "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false",
)  # fmt: skip
_LONGEST_NAME = 1000  # letters; the system takes no word of any length
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LINK = "120000"
_FILES = frozenset({"100644", "100755", "100664", _LINK})


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: the name it was asked for by, its own, and the first line of what it says."""

    asked: str
    sha: str
    subject: str

    @property
    def short(self) -> str:
        """The first 12 digits: unique in any repository that films are kept in."""
        return self.sha[:12]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit; ``link`` is a symbolic link, whose content is where it leads."""

    blob: str
    link: bool = False


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that ``top`` is the working tree of."""

    top: Path

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository that a folder lies in.

        Raises:
            ToolMissingError: there is no git.
            UsageError: it lies in none.
            GitFailedError: git will not look at it.
        """
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        done = _git(folder, "rev-parse", "--show-toplevel")
        if done.returncode:
            raise _no_repository(folder, _words(done.stderr))
        return cls(Path(_path(done.stdout.removesuffix(b"\n"))))

    def commit(self, revision: str) -> Commit:
        """The commit that a name means: ``HEAD~3``, a branch, a tag, the beginning of a digest.

        Raises:
            NoVersionError: it means none.
        """
        named = revision.strip() and len(revision) <= _LONGEST_NAME
        if not named or revision.startswith("-") or "\0" in revision:
            raise NoVersionError(f"`{revision[:80]}` is no name of a version.", hint=_NAMES)
        done = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        sha = done.stdout.decode("ascii", "replace").strip()
        if done.returncode or not _SHA.fullmatch(sha):
            raise self._unknown(revision)
        return Commit(revision, sha, self._subject(sha))

    def meeting(self, one: str, other: str) -> Commit:
        """The newest commit that two have in common, as ``A...B`` means it.

        Raises:
            NoVersionError: there is none.
        """
        shas = [self.commit(name).sha for name in (one, other)]
        done = self._run("merge-base", *shas)
        sha = done.stdout.decode("ascii", "replace").strip()
        if done.returncode or not _SHA.fullmatch(sha):
            brief = f"{one} and {other} have no commit in common."
            raise NoVersionError(brief, hint=_DEEPEN if self.shallow else _NAMES)
        return Commit(f"{one}...{other}", sha, self._subject(sha))

    @property
    def shallow(self) -> bool:
        """Whether only the newest commits were fetched."""
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def files(self, commit: Commit, folder: PurePosixPath) -> dict[str, Entry]:
        """Every file under ``folder`` in a commit, by its path from the top.

        Raises:
            GitFailedError: the commit is not whole here.
        """
        inside = [] if folder == PurePosixPath() else [f"{folder}/"]
        done = self._run("ls-tree", "-r", "-z", "--full-tree", commit.sha, "--", *inside)
        if done.returncode:
            raise _failed(commit, _words(done.stderr))
        return dict(_entries(done.stdout))

    def name_then(self, path: str, commit: Commit) -> str | None:
        """What a file that is now at ``path`` was called in ``commit``, by git's own guess."""
        # not `diff`, which fails where its settings are wrong: how it is shown is no matter here
        names = ("diff-tree", "-r", "--no-ext-diff", "--no-textconv", "-M", "--diff-filter=R",
                 "-z", "--name-status", commit.sha, "HEAD", "--")  # fmt: skip
        done = self._run(*names)
        parts = done.stdout.split(b"\0") if not done.returncode else []
        moved = zip(parts[1::3], parts[2::3], strict=False)
        return next((_path(old) for old, new in moved if _path(new) == path), None)

    def newest_with(self, path: str) -> str | None:
        """The short digest of the newest commit up to HEAD that touched ``path``, if any did."""
        done = self._run("rev-list", "-1", "HEAD", "--", path)
        return done.stdout.decode("ascii", "replace").strip()[:12] or None

    @contextlib.contextmanager
    def blobs(self) -> Iterator[Blobs]:
        """Read contents of files, one after another, through a single process."""
        with _started(self.top, "cat-file", "--batch") as process:
            yield Blobs(process)

    def ignores(self, path: str) -> bool:
        """Whether git would leave a path, from the top, out of a commit."""
        words = ("check-ignore", "--quiet", "--", f"./{path}")
        return _git(self.top, *words, literal="0").returncode == 0

    def attribute(self, name: str, path: str) -> str:
        """What ``.gitattributes`` says of a path from the top: ``set``, ``unspecified``, a word.

        Empty where git does not say.
        """
        done = self._run("check-attr", "-z", name, "--", path)
        parts = done.stdout.split(b"\0")
        return _words(parts[2]) if not done.returncode and len(parts) > 2 else ""

    def objects(self) -> Path:
        """The folder that the repository's own files lie in, ``.git`` as a rule."""
        done = self._run("rev-parse", "--git-common-dir")
        return self.top / _path(done.stdout.removesuffix(b"\n"))

    def _run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return _git(self.top, *words)

    def _subject(self, sha: str) -> str:
        done = self._run("rev-list", "-1", "--format=%s", sha, "--")
        return _words(done.stdout.partition(b"\n")[2])  # behind "commit <digest>"

    def _unknown(self, revision: str) -> NoVersionError:
        brief = f"There is no version `{revision}` in this repository."
        if self.shallow:
            return NoVersionError(brief, details="Only its newest commits are here.", hint=_DEEPEN)
        if self._run("rev-parse", "--verify", "--quiet", "HEAD").returncode:
            return NoVersionError(brief, hint="Nothing was committed yet: git commit the board.")
        return NoVersionError(brief, hint=_NAMES)


@dataclass(frozen=True, slots=True)
class Blobs:
    """A git that gives the contents of files as they are asked for."""

    process: subprocess.Popen[bytes]

    def read(self, blob: str, most: int) -> bytes | None:
        """A file's bytes, or none where there are more than ``most``.

        Raises:
            GitFailedError: it is not here.
        """
        size, stream = self._opened(blob)
        if size > most:
            _copy(stream, size, None)
        data = stream.read(size) if size <= most else None
        stream.read(1)  # the line break behind it
        return data

    def write(self, blob: str, target: Path) -> None:
        """Write a file's bytes to ``target``.

        Raises:
            GitFailedError: it is not here.
        """
        size, stream = self._opened(blob)
        with target.open("wb") as file:
            _copy(stream, size, file)
        stream.read(1)

    def _opened(self, blob: str) -> tuple[int, IO[bytes]]:
        told, asked = self.process.stdout, self.process.stdin
        if told is None or asked is None:
            raise AssertionError("git was started with both its ends held")
        asked.write(f"{blob}\n".encode())
        asked.flush()
        parts = told.readline().split()
        if len(parts) != 3:  # "<digest> missing", or nothing where it has ended
            raise GitFailedError(
                "A file of that version is not in this clone.",
                details=blob,
                hint="Fetch it: git fetch --refetch, or clone without --filter.",
            )
        return int(parts[2]), told


def _copy(stream: IO[bytes], size: int, file: IO[bytes] | None) -> None:
    while size:
        piece = stream.read(min(size, 1 << 20))
        if not piece:
            raise GitFailedError("git ended in the middle of a file.", hint=_FSCK)
        size -= len(piece)
        if file:
            file.write(piece)


def _entries(listed: bytes) -> Iterator[tuple[str, Entry]]:
    for line in listed.split(b"\0"):
        told, _, path = line.partition(b"\t")
        mode, _, rest = told.decode("ascii", "replace").partition(" ")
        if mode in _FILES:  # anything else is a folder of another repository
            yield _path(path), Entry(rest.split()[-1], link=mode == _LINK)


def _git(folder: Path, *words: str, literal: str = "1") -> subprocess.CompletedProcess[bytes]:
    """A git that was run; ``check-ignore`` alone takes no paths that are said to be ``literal``."""
    try:
        return subprocess.run(
            [_program(), *_FLAGS, "-C", str(folder), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**_surroundings(), "GIT_LITERAL_PATHSPECS": literal},
            check=False,
        )
    except OSError as error:
        raise _missing(error) from error


@contextlib.contextmanager
def _started(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A git that is talked to; it ends with its standard input."""
    try:
        process = subprocess.Popen(
            [_program(), *_FLAGS, "-C", str(folder), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_surroundings(),
        )
    except OSError as error:
        raise _missing(error) from error
    try:
        yield process
    except BaseException:
        process.kill()
        raise
    finally:
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()


def _program() -> str:
    """Where git lies: looked for on the PATH, never in the folder one happens to be in.

    Raises:
        ToolMissingError: there is none.
    """
    path = environment().get("PATH")
    found = shutil.which("git", path=path)
    if found is None or not Path(found).is_absolute():
        raise _missing(None)
    return found


def _surroundings() -> Mapping[str, str]:
    kept = {name: value for name, value in environment().items() if name not in _OF_ANOTHER}
    return {**kept, **_OURS}


def _missing(cause: OSError | None) -> ToolMissingError:
    why = f": {cause.strerror or cause}" if cause else ""
    return ToolMissingError(
        f"git cannot be started{why}.",
        hint="Install git (git-scm.com) and see that it is on the PATH; versions of a board are "
        "read from it.",
    )


def _no_repository(folder: Path, said: str) -> UsageError | GitFailedError:
    if "dubious ownership" in said:
        return GitFailedError(
            f"git does not trust the repository around {folder}: it is somebody else's.",
            hint=f"If you do, say so: git config --global --add safe.directory {folder}",
        )
    if "must be run in a work tree" in said or "not a git repository" in said:
        return UsageError(
            f"{folder} lies in no git repository, so there are no versions of its boards.",
            hint="Begin one: git init && git add . && git commit -m 'First cut'",
        )
    return GitFailedError("git will not look at this repository.", details=said, hint=_FSCK)


def _failed(commit: Commit, said: str) -> GitFailedError:
    return GitFailedError(
        f"The files of {commit.asked} cannot be listed.", details=said or None, hint=_FSCK
    )


def _path(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _words(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()


_NAMES = "Name a commit, a branch or a tag: HEAD~1, main, v2; git log --oneline lists them."
_DEEPEN = "Fetch the others: git fetch --unshallow (in CI: check out with fetch-depth: 0)."
_FSCK = "See what git says of it: git fsck"
