"""Settings, low to high: built in, user's file, project's file, environment, flags.

The only reader of the environment. What could run a program (the ffmpeg path) counts only from
the user's own file, the environment or a flag, never from a project's file: a board from a
stranger must not choose what runs, nor where clips are written outside of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.files import read_regular

PROJECT_FILE = "storyreel.toml"
_USER_ONLY = frozenset({"ffmpeg"})
_TABLES = ("rates", "routes", "publishers", "publisher")  # in the user's own file only
SETTINGS = ("store", "jobs", "ffmpeg", "ceiling")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run goes by.

    Args:
        store: the clip store's folder; absent, ``output/store`` in the project.
        jobs: how many clips are made at once on this machine.
        ffmpeg: the program to use; absent, the one that comes with imageio-ffmpeg.
        ceiling: the most the project may ever cost, as written: ``20``, ``5000credits``.
        rates: dollars for one unit of a route's own, by route; from the user's own file.
        routes: the user's own say on what a vendor leaves open, by route; from the same file.
        publishers: who puts local pictures where a route can read them, in order; the same.
        publisher: the settings of each of them, by name; the same.
        origins: by name, where each value came from.
    """

    store: Path | None = None
    jobs: int = 2
    ffmpeg: Path | None = None
    ceiling: str | None = None
    rates: Mapping[str, Fraction] = field(default_factory=dict)
    routes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    publishers: tuple[str, ...] = ()
    publisher: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    """The files looked for, whether they exist or not."""


def read_settings(
    root: Path,
    *,
    flags: Mapping[str, str | None] | None = None,
    environment: Mapping[str, str] | None = None,
    user_file: Path | None = None,
) -> Settings:
    """Gather the settings for a project.

    Args:
        root: the project's folder.
        flags: values from the command line, by setting; ``None`` where not given.
        environment: absent, the process's own.
        user_file: absent, the platform's place for it.

    Raises:
        SettingsError: a file cannot be read, a key is unknown, or a value means nothing.
    """
    environment = os.environ if environment is None else environment
    user_file = user_file or _user_file(environment)
    project_file = root / PROJECT_FILE
    layers = (
        (str(user_file), _from_file(user_file, user_file.parent, allowed=(*SETTINGS, *_TABLES))),
        (str(project_file), _from_project(project_file, root)),
        ("environment", _from_environment(environment)),
        ("command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    )
    values: dict[str, Any] = {"jobs": os.cpu_count() or 1}
    origins = dict.fromkeys(SETTINGS, "built in")
    for origin, layer in layers:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    return Settings(
        store=_path("store", values.get("store"), root),
        jobs=_count("jobs", values["jobs"], origins["jobs"]),
        ffmpeg=_path("ffmpeg", values.get("ffmpeg"), Path.cwd()),
        ceiling=_amount(values.get("ceiling")),
        rates=_rates(values.get("rates", {})),
        routes=_tables("routes", values.get("routes", {})),
        publishers=_names("publishers", values.get("publishers", [])),
        publisher=_tables("publisher", values.get("publisher", {})),
        origins=origins,
        files=(user_file, project_file),
    )


def files_of_settings(root: Path) -> tuple[Path, Path]:
    """The files a project's settings may stand in, the user's own first; they need not exist."""
    return _user_file(os.environ), root / PROJECT_FILE


def environment() -> Mapping[str, str]:
    """The process's environment."""
    return os.environ


def wants_colour(stream_is_terminal: bool, environment: Mapping[str, str] | None = None) -> bool:
    """Whether to colour: ``FORCE_COLOR`` says yes, ``NO_COLOR`` and ``TERM=dumb`` say no."""
    environment = os.environ if environment is None else environment
    if environment.get("FORCE_COLOR"):
        return True
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return stream_is_terminal


def debug_log_of(environment: Mapping[str, str] | None = None) -> str | None:
    """The file that every request is written down in (``STORYREEL_DEBUG_LOG``), if one is."""
    environment = os.environ if environment is None else environment
    return environment.get("STORYREEL_DEBUG_LOG") or None


def in_ci(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a build server runs us (the customary ``CI`` variable)."""
    environment = os.environ if environment is None else environment
    return environment.get("CI", "").lower() not in ("", "0", "false")


def _project_keys() -> tuple[str, ...]:
    return tuple(name for name in SETTINGS if name not in _USER_ONLY)


def _user_file(environment: Mapping[str, str]) -> Path:
    if chosen := environment.get("STORYREEL_CONFIG"):
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("storyreel", appauthor=False)) / "config.toml"


def _from_project(path: Path, root: Path) -> dict[str, Any]:
    """A project's own file: a stranger's may choose nothing that runs, or is written elsewhere."""
    data = _from_file(path, root, allowed=_project_keys(), read=read_regular)
    store = data.get("store")
    if store is not None and not store.resolve().is_relative_to(root.resolve()):
        raise SettingsError(
            f"{path} sets a `store` outside the project, which a project may not.",
            details=str(store),
            hint="Put it in your own configuration, or use STORYREEL_STORE or --store.",
        )
    return data


def _from_file(
    path: Path,
    base: Path,
    *,
    allowed: tuple[str, ...],
    read: Callable[[Path], bytes] = Path.read_bytes,  # the user's own may be a pipe
) -> dict[str, Any]:
    import tomllib  # a render with nothing to do reads no file of settings

    try:
        data = tomllib.loads(read(path).decode())
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        return {}
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    for name in data:
        if name not in allowed:
            raise _refused(path, name, allowed)
    if "store" in data:
        data["store"] = _path("store", data["store"], base)
    return data


def _unreadable(path: Path, why: str) -> SettingsError:
    return SettingsError(
        f"{path} cannot be read: {why}.",
        hint="It is a TOML file with lines such as: jobs = 2",
    )


def _refused(path: Path, name: str, allowed: tuple[str, ...]) -> SettingsError:
    if name in _TABLES:
        return SettingsError(
            f"{path} sets `{name}`, which a project may not set.",
            hint="Put it in your own configuration; storyreel doctor says where that is.",
        )
    if name in _USER_ONLY:
        return SettingsError(
            f"{path} sets `{name}`, which a project may not set.",
            hint=f"Put it in your own configuration, or use STORYREEL_{name.upper()}.",
        )
    return SettingsError(
        f"{path} sets `{name}`, which is no setting.",
        hint=f"Use one of: {', '.join(allowed)}.",
    )


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    named = ((name, environment.get(f"STORYREEL_{name.upper()}")) for name in SETTINGS)
    return {name: value for name, value in named if value}


def _path(name: str, value: object, base: Path) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        raise SettingsError(f"`{name}` is {value!r}, which is no path.")
    try:
        return base / Path(value).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"`{name}` is {str(value)!r}: there is no such home folder.",
            hint="Write the whole path.",
        ) from error


def _count(name: str, value: object, origin: str) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if isinstance(value, bool) or not 1 <= number <= 1000:
        raise SettingsError(f"`{name}` is {value!r} ({origin}); it is a number from 1 to 1000.")
    return number


def _amount(value: object) -> str | None:
    if value is None:
        return None
    from pipeline.money import parse_amounts

    parse_amounts(str(value))
    return str(value)


def _rates(value: object) -> dict[str, Fraction]:
    """``[rates]``: dollars for a unit of a route, such as ``apiframe = "0.01"``."""
    try:
        rates = {str(name): Fraction(str(rate)) for name, rate in dict(value).items()}  # type: ignore[call-overload]
    except (TypeError, ValueError, ZeroDivisionError):
        rates = {"": Fraction(0)}
    if any(rate <= 0 for rate in rates.values()):
        raise SettingsError('`rates` names dollars by route, such as apiframe = "0.01".')
    return rates


def _tables(name: str, value: object) -> dict[str, dict[str, Any]]:
    """``[name.one]``, ``[name.other]``: tables by name."""
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise SettingsError(f"`{name}` holds tables, such as [{name}.apiframe].")
    return value


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f'`{name}` is a list of names, such as {name} = ["apiframe"].')
    return tuple(value)
