"""The models that come with the package, by name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DEFAULT_MODEL", "included_models"]

DEFAULT_MODEL = "base"  # for pictures of any origin
_FOLDER = Path(__file__).resolve().parent.parent / "models"


def included_models() -> dict[str, Path]:
    """Return the model folders of this installation, by name, in order of their names."""
    if not _FOLDER.is_dir():
        return {}
    return {
        folder.name: folder
        for folder in sorted(_FOLDER.iterdir())
        if not folder.name.startswith(".") and (folder / "card.json").is_file()
    }
