"""Figures against peers: ``python -m benchmarks`` prints them all as one table."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; what is measured is its own ``pipeline``, installed or not."""

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # the tests' numbered clips are used here, too
