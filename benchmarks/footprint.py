"""What tenfold costs before it does anything: import time, and peak memory of a training.

    make bench        or        python benchmarks/footprint.py

Import time is what ``import tenfold`` adds to Python with NumPy alone, as the median of 15 fresh
processes each. Memory is the peak resident size of ``tenfold train dense-128`` for two epochs.
Results are appended to ``benchmarks/results/footprint.csv``.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import append_rows

IMPORT_RUNS = 15


def seconds_of(code: str) -> float:
    """Return the median time of a fresh process that runs ``code``; a failure is an error."""
    times = []
    for _ in range(IMPORT_RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def peak_megabytes() -> float:
    """Return the peak memory of a training, which must be the largest child so far."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["train", "dense-128", "--set", "epochs=2", "--out", f"{folder}/run", "--quiet"]
        subprocess.run(
            [sys.executable, "-m", "tenfold", *arguments], check=True, capture_output=True
        )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    alone, with_tenfold = seconds_of("import numpy"), seconds_of("import numpy, tenfold")
    memory = peak_megabytes()
    print(f"import tenfold adds {with_tenfold - alone:.3f} s to {alone:.3f} s with NumPy alone")
    print(f"train dense-128 takes {memory:.0f} MB at its peak")
    row = {
        "import_seconds_added": round(with_tenfold - alone, 4),
        "train_peak_megabytes": round(memory),
    }
    append_rows(Path(__file__).parent / "results" / "footprint.csv", [row])


if __name__ == "__main__":
    main()
