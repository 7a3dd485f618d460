"""Labelled pictures: folders of classes, lists, and what is no picture like MNIST's."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from labelled_files import png_bytes, write_class_folders
from PIL import Image, ImageDraw, ImageOps

from tenfold.data import load_labelled
from tenfold.errors import DataError
from tenfold.preprocess import picture_to_glyph

Array = np.ndarray


def _huge_png(side: int) -> bytes:
    """A valid header that claims ``side`` x ``side`` grey pixels, and next to no data."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def _cut_png() -> bytes:
    return png_bytes(np.random.default_rng(3).integers(0, 256, (28, 28)).astype(np.uint8))[:-300]


def _transparent() -> bytes:
    image = np.zeros((28, 28, 4), np.uint8)
    image[4:20, 10:14, 3] = 255
    return png_bytes(image)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "one.png: is empty", id="empty"),
        pytest.param(b"hello", "one.png: must be one of PNG, JPEG", id="text"),
        pytest.param(_cut_png(), "one.png: cannot be decoded, the file is damaged", id="truncated"),
        pytest.param(b"%PDF-1.4", "one.png: must be one of PNG", id="pdf"),
        pytest.param(
            png_bytes(np.zeros((28, 28), np.uint8), "PCX"),
            "one.png: must be one of PNG",
            id="a-format-that-is-not-admitted",
        ),
        pytest.param(
            png_bytes(np.zeros((20, 30), np.uint8)),
            r"one.png: expected a picture of 28 x 28 pixels, found 20 x 30 \(height x width\)",
            id="another-size",
        ),
        pytest.param(_huge_png(10_000), "has 10,000 x 10,000 pixels; at most", id="100-megapixels"),
        pytest.param(_huge_png(20_000), "one.png: has too many pixels", id="400-megapixels"),
        pytest.param(
            png_bytes(np.zeros((28, 28), np.uint16)),
            "expected 8 bits a pixel, found more",
            id="16-bit",
        ),
        pytest.param(_transparent(), "one.png: has transparent pixels", id="transparent"),
    ],
)
def test_wrong_pictures(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "one.png").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path)


@pytest.mark.parametrize(
    ("side", "message"),
    [(7100, "has 7,100 x 7,100 pixels; at most 50,000,000"), (10_000, "has 10,000 x 10,000")],
)
def test_too_many_pixels_are_refused_before_decoding(
    side: int, message: str, tmp_path: Path
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "one.png").write_bytes(_huge_png(side))
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path, prepare=picture_to_glyph)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param(np.full((28, 28, 3), 200, np.uint8), 200, id="rgb"),
        pytest.param(np.full((28, 28, 4), 255, np.uint8), 255, id="opaque-rgba"),
        pytest.param(np.ones((28, 28), bool), 255, id="one-bit"),
    ],
)
def test_other_kinds_of_pixels_become_grey(image: Array, expected: int, tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    image[[0, -1]] = image[:, [0, -1]] = image[0, 0] * 0  # ink on a dark ground, as it must be
    if image.shape[2:] == (4,):
        image[..., 3] = 255
    (tmp_path / "7" / "one.png").write_bytes(png_bytes(image))
    read = load_labelled(tmp_path)
    assert read.labels.tolist() == [7]
    assert (read.images[:, 1:-1, 1:-1] == expected).all()


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path, images: Array) -> None:
    (tmp_path / "7").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 3  # the orientation of a picture that stands on its head
    Image.fromarray(images[0]).save(tmp_path / "7" / "one.png", exif=exif)
    np.testing.assert_array_equal(load_labelled(tmp_path).images[0], images[0][::-1, ::-1])


def _seven(kind: str, path: Path) -> None:
    """A digit as cameras, scanners and drawing programs write it."""
    mask = Image.new("L", (80, 100), 0)
    ImageDraw.Draw(mask).line([(20, 20), (60, 20), (35, 80)], fill=255, width=9)
    if kind == "coloured":  # equally bright, so that grey tells nothing
        picture = Image.composite(
            Image.new("RGB", mask.size, (200, 0, 0)), Image.new("RGB", mask.size, (0, 0, 220)), mask
        )
    elif kind == "transparent":
        picture = Image.new("RGBA", mask.size, "black")
        picture.putalpha(mask)
    elif kind == "16-bit":
        picture = Image.fromarray(np.asarray(mask).astype(np.uint16) * 257)
    else:
        picture = ImageOps.invert(mask)
    exif = Image.Exif()
    exif[0x0112] = 6 if kind == "turned" else 1
    picture.save(path, exif=exif)


@pytest.mark.parametrize("kind", ["grey", "coloured", "transparent", "16-bit", "turned"])
def test_prepared_pictures_are_what_a_reader_sees(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "7" / "one.png"
    path.parent.mkdir()
    _seven(kind, path)
    (image,) = load_labelled(tmp_path, prepare=picture_to_glyph).images
    np.testing.assert_array_equal(image, picture_to_glyph(path))
    assert image.max() == 255


def test_prepare_must_return_28_x_28(tmp_path: Path, images: Array, labels: Array) -> None:
    folder = write_class_folders(tmp_path / "digits", images, labels)
    with pytest.raises(DataError, match=r"prepare: must return \(28, 28\) uint8, got \(14, 28\)"):
        load_labelled(folder, prepare=lambda _: np.zeros((14, 28), np.uint8))


def test_a_class_that_is_no_digit(tmp_path: Path, images: Array, labels: Array) -> None:
    folder = write_class_folders(tmp_path / "digits", images, labels)
    (folder / "A").mkdir()
    with pytest.raises(DataError, match="expected class folders named 0 to 9 only, found 'A'"):
        load_labelled(folder)


def test_class_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    with pytest.raises(DataError, match="holds no labelled pictures"):
        load_labelled(tmp_path)


def test_a_folder_within_a_class(tmp_path: Path, images: Array, labels: Array) -> None:
    folder = write_class_folders(tmp_path / "digits", images, labels)
    (folder / "3" / "more").mkdir()
    with pytest.raises(DataError, match="more: cannot be read"):
        load_labelled(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "holds no labelled pictures", id="empty"),
        pytest.param("file,label\n", "holds no labelled pictures", id="header-only"),
        pytest.param(
            "name,digit\na.png,1\n", "'file' and 'label', found 'name', 'digit'", id="names"
        ),
        pytest.param(
            "file,label\n0.png,12\n", "line 2: .* label from 0 to 9, found '12'", id="label"
        ),
        pytest.param("file,label\n0.png,\n", "line 2: .* found ''", id="no-label"),
        pytest.param("file,label\n0.png\n", "line 2: must have 2 cells .* has 1", id="short-line"),
        pytest.param("file,label\n,1\n", "line 2: expected the name of a file", id="no-file"),
        pytest.param("file,label\nnone.png,1\n", "none.png: cannot be read", id="missing-file"),
        pytest.param("file,label\n../0.png,1\n", "inside the folder, found '../0.png'", id="above"),
        pytest.param("file,label\n/etc/passwd,1\n", "inside the folder", id="absolute"),
        pytest.param("file,label\nC:\\a.png,1\n", "inside the folder", id="drive"),
        pytest.param("file,label\na\0.png,1\n", "inside the folder", id="nul"),
        pytest.param(
            "file,label\n0.png,1\n0.png,2\n", "line 3: '0.png' is listed a second time", id="twice"
        ),
        pytest.param("file,label\n\udcff.png,1\n", "is not a CSV file in UTF-8", id="bytes"),
    ],
)
def test_wrong_lists(text: str, message: str, tmp_path: Path, images: Array) -> None:
    (tmp_path / "0.png").write_bytes(png_bytes(images[0]))
    (tmp_path / "labels.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path)


def test_every_message_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\ntwo\n")
    with pytest.raises(DataError) as caught:
        load_labelled(tmp_path / "a")
    assert "\n" not in str(caught.value)
