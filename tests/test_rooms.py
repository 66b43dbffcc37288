"""The house as CONTRIBUTING.md draws it: arrows of import, doors of libraries, sizes of rooms."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "pipeline"
WORDS = {
    "pipeline", "errors", "ids", "timing", "files", "graph", "settings", "money", "places",
    "receipt", "models", "keys", "tracked",
}  # fmt: skip

STAGES = {"storyboard", "plan", "run", "film", "sidecars", "store", "media"}

# room -> the rooms it may import from, besides the words and itself
MAY_IMPORT = {
    "media": set(),
    "store": {"media"},
    "makers": {"media"},
    "vendors": set(),
    "publishers": {"vendors", "media"},
    "journal": set(),
    "desk": {"media"},
    "storyboard": {"media"},
    "plan": {"storyboard"},
    "run": {"storyboard", "plan", "makers", "vendors", "publishers", "journal", "store", "media"},
    "film": {"storyboard", "store", "media"},
    "sidecars": {"storyboard", "plan", "store", "film", "run", "media"},
    "planned": STAGES,
    "planning": STAGES | {"planned", "publishers", "vendors", "journal"},
    "making": STAGES | {"planned", "makers", "vendors", "publishers", "journal"},
    "settling": STAGES | {"planned", "vendors", "journal"},
    "delivering": STAGES | {"planned", "journal", "makers"},
    "adopting": STAGES | {"planned", "makers"},
    "named_takes": STAGES | {"planned"},
    "choosing": STAGES | {"planned", "planning", "named_takes", "makers", "journal"},
    "packs": STAGES | {"planned"},
    "packing": STAGES | {"planned", "planning", "api", "packs"},
    "previewing": STAGES | {"planned", "api"},
    "exporting": STAGES | {"planned", "api"},
    "versions": STAGES | {"planned", "planning", "packs", "api"},
    "watching": STAGES | {"planned", "api", "packs"},
    "reporting": STAGES | {"planned", "planning", "delivering", "makers", "journal"},
    "review": STAGES | {"planned", "planning", "choosing", "delivering", "reporting", "api"},
    "api": STAGES
    | {"planned", "planning", "making", "settling", "adopting", "delivering"}
    | {"reporting", "makers", "vendors", "journal"},
    "cli": STAGES
    | {
        "planned",
        "planning",
        "choosing",
        "settling",
        "adopting",
        "delivering",
        "packing",
        "previewing",
        "exporting",
        "versions",
        "watching",
        "packs",
        "api",
    }
    | {"reporting", "review", "makers", "vendors", "publishers", "journal"},
    "__main__": {"cli"},
}

# library -> the modules that may import it
DOORS = {
    "yaml": {"storyboard.text", "storyboard.scalars"},
    "networkx": {"graph"},
    "ffmpeg": {"media.filters", "media.sound_filters"},
    "subprocess": {"media.ffmpeg", "media.voice", "versions.git"},
    "imageio_ffmpeg": {"media.ffmpeg"},
    "filelock": {"files"},
    "platformdirs": {"settings"},
    "tomli_w": {"sidecars.lock"},
    "httpx": {"vendors.client", "vendors.http"},
    "sqlite3": {"journal.journal"},
    "botocore": {"publishers.signing"},
    "jinja2": {"reporting.page", "review.routes"},
    "starlette": {"review.guard", "review.routes", "review.sending"},
    "uvicorn": {"review.server"},
}


def modules():
    return sorted(HOUSE.rglob("*.py"))


def name_of(path):
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "pipeline"


@functools.cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    """The modules a file imports at any depth, with whether only for type checking."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module == "pipeline":
                yield from (f"pipeline.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_arrows_of_import_point_one_way(path):
    """A room imports only the rooms below it; the table above says which."""
    room = name_of(path).split(".")[0]
    if room == "pipeline":
        return
    allowed = WORDS | {room} | (set() if room in WORDS else MAY_IMPORT[room])
    for module in imports(path):
        if module.startswith("pipeline."):
            other = module.split(".")[1]
            if other.startswith("__"):
                continue
            assert other in allowed, f"{name_of(path)} imports {module}"


def test_every_library_has_one_door():
    """An outside library is imported in its own module and nowhere else."""
    for path in modules():
        for module in imports(path):
            door = DOORS.get(module.split(".")[0])
            assert door is None or name_of(path) in door, f"{name_of(path)} imports {module}"


# ways to start a process without ``subprocess``, which the table above keeps
STARTERS = {
    "create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "subprocess_shell",
    "system", "popen", "posix_spawn", "execv", "execve", "execvp", "fork", "forkpty",
}  # fmt: skip


def test_processes_are_started_behind_few_doors():
    """ffmpeg, a voice and git (the table above has their doors), and the user's own publisher."""
    for path in modules():
        if name_of(path) == "publishers.command":
            continue
        for node in ast.walk(tree_of(path)):
            starts = isinstance(node, ast.Attribute) and node.attr in STARTERS
            assert not starts, f"{name_of(path)} starts a process"


def test_only_settings_reads_the_environment():
    """One reader of the environment, so that one can say what a run hangs on."""
    for path in modules():
        if name_of(path) == "settings":
            continue
        for node in ast.walk(tree_of(path)):
            touched = isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            assert not touched, f"{name_of(path)} reads the environment"


def test_rooms_stay_small():
    """No file over 400 lines; functions short as a rule, and a long one is rare."""
    lengths = []
    for path in modules():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, name_of(path)
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                last = body[-1].end_lineno if body else node.lineno
                lengths.append((last or 0) - (body[0].lineno if body else node.lineno) + 1)
    lengths.sort()

    assert lengths[len(lengths) // 2] <= 8
    assert sum(length > 40 for length in lengths) <= len(lengths) * 0.02


def test_inner_packages_hold_a_docstring_and_nothing_else():
    """Importing a room runs nothing."""
    for path in HOUSE.glob("*/**/__init__.py"):
        body = tree_of(path).body
        assert len(body) == 1, name_of(path)
        assert ast.get_docstring(tree_of(path)), name_of(path)


def test_no_mocking_library_is_used():
    """Fakes are handed in, or are real servers and files; nothing of ours is patched."""
    words = ("unittest" + ".mock", "monkey" + "patch", "mock" + "er")
    for path in Path(__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in words), path


HEAVY = ("pydantic", "yaml", "networkx", "httpx", "av", "PIL", "rich", "asyncio", "fontTools",
         "botocore", "jinja2", "starlette", "uvicorn")  # fmt: skip


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["completion", "bash"]])
def test_what_only_talks_imports_nothing_heavy(command):
    """Help, version and completion load click and our own words alone."""
    script = (
        "import sys\n"
        "from pipeline.cli.main import exit_code_of\n"
        f"assert exit_code_of({command!r}) == 0\n"
        f"loaded = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_public_names_are_listed_and_importable():
    """``from pipeline import …`` works for every name in ``__all__``."""
    import pipeline

    assert list(pipeline.__all__) == sorted(pipeline.__all__)
    for name in pipeline.__all__:
        assert getattr(pipeline, name)
