"""Where the pages go that benchmarks write."""

import os
from pathlib import Path
from typing import Final

__all__ = ["RESULTS"]

#: ``make bench`` sets another folder, lest its small sizes replace what was measured at large ones.
RESULTS: Final = Path(os.environ.get("BENCH_RESULTS") or Path(__file__).parent / "results")
