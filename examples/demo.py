"""From nothing to a published system reproduced and used: python examples/demo.py [DIR]."""

import os
import sys
from pathlib import Path

import tenfold
from tenfold.cli import run

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
system = "dense-128-dropout"
if code := run(["reproduce", system, "--seeds", "1", "--report", str(folder)]):
    sys.exit(code)

test = tenfold.load_mnist().test
command = os.path.relpath(Path(sys.executable).with_name("tenfold"))
model = folder / system / "seed-0"
print("Three test digits, read by the network just trained:")
for label, digit in zip(test.labels, tenfold.classify(test.images[:3], model=model), strict=False):
    print(f"  a {label} is read as {digit.value}, confidence {100 * digit.confidence:.1f} %")
print(f"\nYour digits: {command} classify PICTURE.png --model {model}")
