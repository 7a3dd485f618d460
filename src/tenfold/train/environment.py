"""What a run ran on: versions, commit, data, processor."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["describe_environment", "describe_moment"]

_PACKAGES = (
    "tenfold",
    "numpy",
    "torch",
    "onnx",
    "onnxruntime",
    "scikit-learn",
    "safetensors",
    "opencv-python-headless",
    "Pillow",
    "Hershey-Fonts",
)


def describe_environment(data_sums: Mapping[str, str], threads: int) -> dict[str, Any]:
    """Return what a figure depends on besides its recipe, as JSON-ready values.

    Args:
        data_sums: SHA-256 of the data files, by name.
        threads: Number of threads the arithmetic uses.
    """
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "versions": {name: _version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "data": dict(data_sums),
    }


def describe_moment() -> dict[str, Any]:
    """Return when, by which commit and by which version a figure is measured."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "tenfold": _version("tenfold"),
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Return the commit of the source tree, with "+" where it has changes; None if it is none."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    if commit is None:
        return None
    return commit + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "-C", str(root), *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    """Return the processor's name; Python itself knows it on macOS and Windows only."""
    if sys.platform == "linux":
        try:
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
        except OSError:
            pass
    return platform.processor() or platform.machine()
