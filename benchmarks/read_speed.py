"""How long it takes to read a photo of ten digits, and how much memory.

    make bench        or        python benchmarks/read_speed.py

The photo shows the numbers 40719 and 82635 on paper, drawn by `tenfold.synthesis`, of 1 and 12
megapixels, as JPEG. Warm: the median of 15 calls of ``Reader.read`` with the file's bytes. From the
start: the median of 7 fresh ``tenfold read``. Memory: the peak resident size of such a process.
Results are appended to ``benchmarks/results/read_speed.csv``.
"""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from record import append_rows
from tenfold import Reader, load_mnist
from tenfold.synthesis.camera import photograph
from tenfold.synthesis.characters import DigitSource
from tenfold.synthesis.hands import Hand
from tenfold.synthesis.sheets import Sheet
from tenfold.synthesis.strips import draw_strip

CALLS, PROCESSES = 15, 7
SIZES = {"1 megapixel": (866, 1155), "12 megapixels": (3000, 4000)}
TEXT = "40719   82635"
RESULTS = Path(__file__).parent / "results" / "read_speed.csv"


def photo(height: int, width: int) -> bytes:
    """Return a JPEG of ten digits that take about two thirds of its width."""
    random = np.random.default_rng(11)
    hand = Hand(height=width / 18)
    strip = draw_strip(TEXT, hand, DigitSource(load_mnist().train), random)
    ink = np.zeros((height, width), np.float32)
    rows, columns = strip.ink.shape
    top, left = (height - rows) // 2, (width - columns) // 2
    ink[top : top + rows, left : left + columns] = strip.ink
    seen = photograph(Sheet(ink, np.zeros_like(ink), ()), hand.height, random)
    stream = io.BytesIO()
    Image.fromarray(seen.image).save(stream, "JPEG", quality=92)
    return stream.getvalue()


def warm_milliseconds(content: bytes) -> float:
    reader = Reader()
    times = []
    for _ in range(CALLS + 2):
        started = time.perf_counter()
        reading = reader.read(content)
        times.append(time.perf_counter() - started)
    print("read:", reading.text)
    return 1000 * statistics.median(times[2:])


def from_the_start(path: Path) -> tuple[float, float]:
    """Return seconds and peak megabytes of a fresh process.

    The peak is Linux's VmHWM: what getrusage tells of a child begins with its parent's.
    """
    code = (
        "import re, sys; from tenfold.cli import run; "
        "run(['read', sys.argv[1]]); "
        "status = open('/proc/self/status').read(); "
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1024, file=sys.stderr)"
    )
    seconds, peaks = [], []
    for _ in range(PROCESSES):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True
        )
        seconds.append(time.perf_counter() - started)
        peaks.append(float(done.stderr.split()[-1]))
    return statistics.median(seconds), statistics.median(peaks)


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            content = photo(*size)
            path = Path(folder) / "photo.jpg"
            path.write_bytes(content)
            warm = warm_milliseconds(content)
            seconds, megabytes = from_the_start(path)
            print(f"{name}: {warm:.0f} ms warm, {seconds:.2f} s from the start, {megabytes:.0f} MB")
            rows.append(
                {
                    "photo": name,
                    "warm_ms": round(warm, 1),
                    "from_start_s": round(seconds, 3),
                    "peak_mb": round(megabytes),
                }
            )
    append_rows(RESULTS, rows)


if __name__ == "__main__":
    main()
