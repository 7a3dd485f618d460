"""What tenfold costs at the start: import time, time to a first answer, a training's memory.

    make bench        or        python benchmarks/footprint.py

Import time is what ``import tenfold`` adds to Python with NumPy alone; a first answer is that of
``tenfold.classify`` and of ``tenfold classify`` to a picture of 200 x 200 pixels, from the start of
the process. Each is the median of 15 fresh processes. Memory is the peak resident size of
``tenfold train dense-128`` for two epochs.
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

from PIL import Image, ImageOps

from record import append_rows
from tenfold.data import load_mnist

RUNS = 15


def seconds_of(*arguments: str) -> float:
    """Return the median time of a fresh Python with some arguments; a failure is an error."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def seconds_to_first_answers() -> tuple[float, float]:
    """Return what a first answer takes in Python and on the command line."""
    with tempfile.TemporaryDirectory() as folder:
        picture = f"{folder}/digit.png"
        digit = Image.fromarray(255 - load_mnist().test.images[0])
        ImageOps.expand(digit.resize((120, 120)), 40, 255).save(picture)
        code = f"import tenfold; print(tenfold.classify({picture!r}))"
        return seconds_of("-c", code), seconds_of("-m", "tenfold", "classify", picture)


def peak_megabytes() -> float:
    """Return the peak memory of a training, which must be the largest child so far."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["train", "dense-128", "--set", "epochs=2", "--out", f"{folder}/run", "--quiet"]
        subprocess.run(
            [sys.executable, "-m", "tenfold", *arguments], check=True, capture_output=True
        )
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    alone = seconds_of("-c", "import numpy")
    with_tenfold = seconds_of("-c", "import numpy, tenfold")
    in_python, in_shell = seconds_to_first_answers()
    memory = peak_megabytes()
    print(f"import tenfold adds {with_tenfold - alone:.3f} s to {alone:.3f} s with NumPy alone")
    print(f"a first answer takes {in_python:.3f} s in Python, {in_shell:.3f} s in a shell")
    print(f"train dense-128 takes {memory:.0f} MB at its peak")
    row = {
        "import_seconds_added": round(with_tenfold - alone, 4),
        "first_answer_python_seconds": round(in_python, 4),
        "first_answer_shell_seconds": round(in_shell, 4),
        "train_peak_megabytes": round(memory),
    }
    append_rows(Path(__file__).parent / "results" / "footprint.csv", [row])


if __name__ == "__main__":
    main()
