"""Which files of a folder are pictures to be read."""

from __future__ import annotations

from pathlib import Path

from tenfold.images import pictures_in


def test_pictures_of_a_folder(tmp_path: Path) -> None:
    """Hidden files are none, and a link to a folder is told of, not followed."""
    names = ["b.png", "a.PNG", "._a.png", ".hidden.png", "sub/c.jpg", ".cache/d.png", "e.txt"]
    for name in names:
        path = tmp_path / "all" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "all" / "link").symlink_to(tmp_path, target_is_directory=True)
    told: list[str] = []
    found = pictures_in(tmp_path / "all", told.append)
    assert [str(path.relative_to(tmp_path / "all")) for path in found] == [
        "a.PNG",
        "b.png",
        "sub/c.jpg",
    ]
    assert told == [f"{tmp_path / 'all' / 'link'}: is a link to a folder, and links are left out"]


def test_pictures_in_other_forms_are_told_of(tmp_path: Path) -> None:
    """As a telephone's folder has them: fewer answers than pictures must not go unnoticed."""
    for name in ("a.avif", "b.AVIF", "c.svg", "d.png", "e.txt", ".f.avif"):
        (tmp_path / name).write_bytes(b"")
    told: list[str] = []
    assert [path.name for path in pictures_in(tmp_path, told.append)] == ["d.png"]
    assert told == [
        f"{tmp_path}: 2 .avif, 1 .svg left out; save them as PNG, JPEG, TIFF, WEBP, BMP or GIF"
    ]
