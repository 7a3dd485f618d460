"""Results of benchmarks as CSV rows, each with date, commit, machine and versions."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tenfold.train.environment import describe_environment

PACKAGES = ("torch", "tensorflow-cpu", "keras", "numpy", "onnxruntime")


def append_rows(
    path: Path, rows: Sequence[Mapping[str, Any]], stamped_with: Mapping[str, Any] | None = None
) -> None:
    """Append rows to a CSV file, which gets a heading when it is new.

    Figures of changed sources are printed by the benchmark and not kept: nobody could make them
    again. ``stamped_with`` is a stamp of before, where the benchmark itself changes the sources.
    """
    stamped = [{**row, **(stamped_with or stamp())} for row in rows]
    if str(stamped[0]["commit"]).endswith("+"):
        print("not recorded: the sources have changes that are not committed")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    if not new and _heading(path) != list(stamped[0]):
        raise SystemExit(
            f"{path}: must have the columns {', '.join(stamped[0])}; move it away, or bring its "
            "rows into that form"
        )
    with path.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(stamped[0]), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(stamped)
    print(f"appended to {path}")


def _heading(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as stream:
        return next(csv.reader(stream), [])


def stamp() -> dict[str, Any]:
    """Return date, commit, machine and versions."""
    environment = describe_environment({}, 0)
    return {
        "date": environment["date"][:10],
        "commit": environment["commit"],
        "processor": environment["processor"],
        "cores": environment["cores"],
        "python": environment["python"],
        **{name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
