"""Every check in one word: ``python -m tests``. Arguments go to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", "-n", "auto", "--dist", "worksteal"),
)


def main() -> int:
    """Run the checks; the exit code is 0 only when all passed. pytest speaks last."""
    failed = 0
    # what is compiled once need not be compiled again by each of some hundred processes
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    house = Path(__file__).parent.parent
    for tool, *words in CHECKS:
        extra = sys.argv[1:] if tool == "pytest" else []
        print(f"--- {tool} {' '.join(words)}".rstrip(), flush=True)  # noqa: T201
        command = [sys.executable, "-m", tool, *words, *extra]
        failed |= subprocess.run(command, cwd=house, env=environment, check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
