"""Any picture becomes the same page: ink bright on a dark ground."""

from __future__ import annotations

import gzip
import io
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import huge
from tenfold import images
from tenfold.errors import InputError
from tenfold.images import FORMATS, MAX_PIXELS, Polarity, open_page

HEIGHT, WIDTH = 12, 9


@pytest.fixture
def grey() -> np.ndarray:
    """A dark stroke at the top left of white paper, (12, 9) uint8."""
    array = np.full((HEIGHT, WIDTH), 255, np.uint8)
    array[2:6, 1:4] = 40
    return array


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def test_every_kind_of_source_gives_one_page(grey: np.ndarray, tmp_path: Path) -> None:
    image = Image.fromarray(grey)
    content = encoded(image)
    path = tmp_path / "a.png"
    path.write_bytes(content)
    stream = io.BytesIO(content)
    stream.seek(7)
    rgb = np.repeat(grey[..., None], 3, 2)
    alpha = np.concatenate([rgb, np.full((HEIGHT, WIDTH, 1), 255, np.uint8)], 2)
    with path.open("rb") as file:
        sources = {
            "path": path,
            "text": str(path),
            "bytes": content,
            "bytearray": bytearray(content),
            "memoryview": memoryview(content),
            "file": file,
            "pillow": image,
            "array": grey,
            "rgb": rgb,
            "rgba": alpha,
        }
        for name, source in sources.items():
            page = open_page(source)
            assert (page.dtype, page.shape) == (np.uint8, (HEIGHT, WIDTH)), name
            np.testing.assert_array_equal(page, 255 - grey, err_msg=name)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "I", "YCbCr"])
def test_every_mode(mode: str, grey: np.ndarray) -> None:
    grey[grey < 255] = 0
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "I":
        image = Image.fromarray(grey.astype(np.int32) * 257)
    else:
        image = Image.fromarray(grey).convert(mode)
    page = open_page(image)
    np.testing.assert_allclose(page.astype(int), 255 - grey.astype(int), atol=1)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format(form: str, grey: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "picture.dat"
    options = {"JPEG": {"quality": 100}, "WEBP": {"lossless": True}}.get(form, {})
    path.write_bytes(encoded(Image.fromarray(grey).convert("RGB"), form, **options))
    tolerance = 12 if form in ("JPEG", "GIF") else 1
    np.testing.assert_allclose(open_page(path).astype(int), 255 - grey.astype(int), atol=tolerance)


def test_sixteen_bits_are_scaled() -> None:
    values = np.array([[0, 257, 65535], [128 * 257, 65534, 256]], np.uint16)
    page = open_page(encoded(Image.fromarray(values)), polarity="bright_ink")
    np.testing.assert_array_equal(page, [[0, 1, 255], [128, 254, 0]])


@pytest.mark.parametrize(("bits", "count"), [(8, 2**8), (10, 2**10), (12, 2**12), (14, 2**14)])
def test_fewer_bits_in_sixteen_are_scaled_by_their_own_white(bits: int, count: int) -> None:
    """As scanners and cameras write them that measure 10, 12 or 14 bits."""
    values = np.array([[0, count // 2, count - 1]], np.uint16)
    page = open_page(encoded(Image.fromarray(values)), polarity="bright_ink")
    np.testing.assert_allclose(page, [[0, 127.5, 255]], atol=1)


@pytest.mark.parametrize("values", [[[0, 65536]], [[-1, 3]]], ids=["deep", "negative"])
def test_deeper_samples_are_refused(values: list[list[int]]) -> None:
    with pytest.raises(InputError, match="must have 8 or 16 bits a sample, but has int32"):
        open_page(Image.fromarray(np.array(values, np.int32)))


def test_floating_samples_are_refused() -> None:
    with pytest.raises(InputError, match="must have 8 or 16 bits a sample, but has float32"):
        open_page(Image.fromarray(np.zeros((3, 3), np.float32)))


# What turns the stored picture into the one a person sees, by EXIF's number.
TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: np.rot90(a),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_the_page_is_turned_as_a_person_sees_it(
    orientation: int, form: str, grey: np.ndarray
) -> None:
    image = Image.fromarray(grey)
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = open_page(encoded(image, form, exif=exif))
    np.testing.assert_array_equal(page, 255 - TURNS[orientation](grey))


def test_transparent_paper_is_white(grey: np.ndarray) -> None:
    layer = np.zeros((HEIGHT, WIDTH, 4), np.uint8)  # black everywhere, seen where it is opaque
    layer[..., 3] = 255 - grey
    np.testing.assert_allclose(open_page(layer).astype(int), 255 - grey.astype(int), atol=1)
    page = open_page(encoded(Image.fromarray(layer)))
    np.testing.assert_allclose(page.astype(int), 255 - grey.astype(int), atol=1)


@pytest.mark.parametrize("shade", [0, 90, 160, 255])
def test_strokes_on_clear_ground_are_ink_of_any_shade(shade: int) -> None:
    layer = np.zeros((20, 20, 4), np.uint8)
    layer[5:15, 8:12] = (shade, shade, shade, 255)
    page = open_page(layer)
    assert page[0, 0] == 0
    assert page[10, 10] == max(shade, 255 - shade)


def test_bright_paper_with_clear_corners_lies_on_white() -> None:
    layer = np.full((20, 20, 4), 230, np.uint8)
    layer[5:15, 8:12, :3] = 30
    layer[..., 3] = 255
    layer[:4, :4, 3] = 0
    page = open_page(layer)
    assert page[10, 10] > 200
    assert page[0, 0] < 30


def test_an_empty_layer_is_blank() -> None:
    assert not open_page(np.zeros((9, 9, 4), np.uint8)).any()


def test_a_transparent_colour_is_clear_ground(grey: np.ndarray) -> None:
    key = int(np.bincount(grey.ravel()).argmax())
    page = open_page(encoded(Image.fromarray(grey), transparency=key))
    assert not page[grey == key].any()


@pytest.mark.parametrize(("ground", "ink"), [(255, 0), (0, 255), (140, 60), (60, 140), (250, 200)])
def test_polarity_is_found_from_the_border(ground: int, ink: int) -> None:
    array = np.full((20, 20), ground, np.uint8)
    array[5:15, 8:12] = ink
    page = open_page(array)
    assert page[10, 10] > page[0, 0]
    assert int(page[10, 10]) - int(page[0, 0]) == abs(ground - ink)


@pytest.mark.parametrize(
    ("value", "page"), [(0, 0), (255, 0), (127, 127), (128, 127)], ids=["0", "255", "127", "128"]
)
def test_a_page_of_one_grey_is_its_ground(value: int, page: int) -> None:
    assert set(open_page(np.full((5, 5), value, np.uint8)).ravel()) == {page}


def test_polarity_is_taken_as_said(grey: np.ndarray) -> None:
    np.testing.assert_array_equal(open_page(grey, polarity="dark_ink"), 255 - grey)
    np.testing.assert_array_equal(open_page(grey, polarity="bright_ink"), grey)


def test_an_unknown_polarity_is_refused(grey: np.ndarray) -> None:
    with pytest.raises(InputError, match="polarity: must be auto, dark_ink or bright_ink, but is"):
        open_page(grey, polarity="light")  # type: ignore[arg-type]


def test_the_page_is_new_and_the_picture_stays(grey: np.ndarray) -> None:
    before = grey.copy()
    for polarity in ("dark_ink", "bright_ink"):
        page = open_page(grey, polarity=polarity)
        page[:] = 7
        np.testing.assert_array_equal(grey, before)


@pytest.mark.parametrize("form", ["GIF", "TIFF"])
def test_of_several_frames_the_first_is_taken(form: str, grey: np.ndarray) -> None:
    frames = [Image.fromarray(grey), Image.fromarray(np.zeros_like(grey))]
    content = encoded(frames[0], form, save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(open_page(content), 255 - grey)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "must be a picture, but is empty", id="empty"),
        pytest.param(b"seven", "must be one of PNG, JPEG, .*, but is no such picture", id="text"),
        pytest.param(huge.huge_png(), "pixels; at most 50,000,000 are read; scale it", id="huge"),
        pytest.param(huge.huge_png(7072, 7072), "7,072 x 7,072 pixels; at most", id="just-above"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "but is no such picture", id="only-a-signature"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "but is no such picture", id="postscript"),
    ],
)
@pytest.mark.parametrize("source", ["path", "bytes", "file"])
def test_what_is_no_picture_is_refused(
    content: bytes, message: str, source: str, tmp_path: Path
) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    picture = {"path": path, "bytes": content, "file": io.BytesIO(content)}[source]
    with pytest.raises(InputError, match=message) as caught:
        open_page(picture)
    assert str(caught.value).startswith(str(path) if source == "path" else "picture: ")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_a_truncated_picture_is_refused(form: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    content = encoded(Image.fromarray(noise), form)
    with pytest.raises(InputError, match=r"damaged|no such picture"):
        open_page(content[: len(content) // 2])


def test_a_format_that_is_not_listed_is_refused() -> None:
    with pytest.raises(InputError, match="must be one of PNG, JPEG"):
        open_page(encoded(Image.new("RGB", (4, 4)), "PPM"))


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a picture, but is a folder"):
        open_page(tmp_path)
    with pytest.raises(InputError, match=r"none\.png: cannot be read \(No such file or directory"):
        open_page(tmp_path / "none.png")


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4), np.int64),
        np.zeros((4, 4), bool),
        np.zeros(4, np.uint8),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((4, 4, 5), np.uint8),
        np.zeros((2, 4, 4, 3), np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((4, 0, 3), np.uint8),
    ],
    ids=lambda array: f"{array.shape}-{array.dtype}",
)
def test_arrays_of_another_form_are_refused(array: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"must have shape \(H, W\), .* and dtype uint8, but has"):
        open_page(array)


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (np.full((4, 4), 0.5, np.float32), r"\(array \* 255\).round\(\).astype\('uint8'\)"),
        (np.eye(4, dtype=bool), r"\(array \* 255\).round\(\).astype\('uint8'\)"),
        (np.full((4, 4), 254.7), r"0 to 255 as array.round\(\).astype\('uint8'\)"),
        (np.full((4, 4), 200), r"0 to 255 as array.round\(\).astype\('uint8'\)"),
        (np.full((4, 4), 256), "and int64$"),
        (np.full((4, 4), -1), "and int64$"),
        (np.full((4, 4), np.nan), "and float64$"),
        (np.zeros(784, np.uint8), r"array.reshape\(28, 28\)"),
        (np.zeros((3, 9, 9), np.uint8), r"np.moveaxis\(array, 0, -1\)"),
        (np.zeros((1, 28, 28), np.uint8), r"np.moveaxis\(array, 0, -1\)"),
        (np.full((4, 4), "a"), "and <U1$"),
    ],
    ids=str,
)
def test_the_message_says_what_would_make_a_picture(array: np.ndarray, advice: str) -> None:
    with pytest.raises(InputError, match=advice):
        open_page(array)


def test_one_channel_is_grey() -> None:
    grey = np.random.default_rng(3).integers(0, 256, (9, 7), np.uint8)
    np.testing.assert_array_equal(
        open_page(grey[:, :, None], polarity="bright_ink"), open_page(grey, polarity="bright_ink")
    )


@pytest.mark.parametrize("picture", [None, 3, ["a.png"], object()], ids=repr)
def test_what_is_no_source_is_refused(picture: object) -> None:
    with pytest.raises(InputError, match=r"must be a path, bytes, .* but is a"):
        open_page(picture)


def closed() -> io.BytesIO:
    stream = io.BytesIO(b"x")
    stream.close()
    return stream


class Endless:
    """A stream that never ends, as /dev/zero is; it counts what was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, count: int = -1) -> bytes:
        self.asked += count
        return b"\0" * count


class Raising:
    """A stream that raises what no stream does."""

    def read(self, _count: int = -1) -> bytes:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda: "", "picture: must be the name of a file, but is empty", id="empty"),
        pytest.param(lambda: "a\0b.png", r"cannot be read \(no name of a file\)", id="nul"),
        pytest.param(lambda: "x" * 5000, r"cannot be read \(File name too long\)", id="long"),
        pytest.param(lambda: "/dev/zero", r"cannot be read \(is no regular file\)", id="device"),
        pytest.param(closed, r"cannot be read \(ValueError: I/O operation on closed", id="closed"),
        pytest.param(lambda: io.StringIO("x"), "must be a file opened in binary mode", id="text"),
        pytest.param(
            lambda: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"x" * 999)[:20])),
            r"cannot be read \(EOFError: ",
            id="gzip-cut-short",
        ),
        pytest.param(Raising, "picture: cannot be read \\(RuntimeError: no", id="raising"),
        pytest.param(
            lambda: np.ma.masked_array(np.zeros((4, 4), np.uint8), True), "masked", id="masked"
        ),
    ],
)
def test_sources_that_cannot_be_read(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_page(make())


@pytest.mark.parametrize("ground", [0, 255])
def test_flattened_digits_are_no_picture(ground: int) -> None:
    digits = np.full((5, 28, 28), ground, np.uint8)
    digits[:, 4:24, 12:16] = 255 - ground
    with pytest.raises(InputError, match=r"\(5, 784\) looks like flattened digits.*reshape"):
        open_page(digits.reshape(5, 784))


@pytest.mark.parametrize("height", [20, 600])
@pytest.mark.parametrize("blank", [True, False])
def test_pages_may_be_as_wide_as_flattened_digits_are(height: int, blank: bool) -> None:
    page = np.full((height, 784), 240, np.uint8)
    if not blank:
        page[5:-5, 300:330] = 20
    assert open_page(page).shape == (height, 784)


def test_eight_bits_in_a_wider_type(grey: np.ndarray) -> None:
    wide = Image.fromarray(grey.astype(np.int32))
    np.testing.assert_array_equal(open_page(wide), open_page(grey))


def test_a_pillow_image_that_cannot_be_decoded() -> None:
    content = encoded(
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8))
    )
    with pytest.raises(InputError, match="picture: cannot be decoded"):
        open_page(Image.open(io.BytesIO(content[:300])))


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError, match=r"pipe.png: cannot be read \(is no regular file\)"):
        open_page(tmp_path / "pipe.png")


def test_an_endless_stream_is_read_to_the_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 1000)
    endless = Endless()
    with pytest.raises(InputError, match="picture: must have at most 1,000 bytes"):
        open_page(endless)
    assert endless.asked == 1001


@pytest.mark.parametrize("channels", [None, 3], ids=["grey", "colour"])
def test_the_cap_holds_for_arrays(channels: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PIXELS == 50_000_000
    monkeypatch.setattr(images, "MAX_PIXELS", 99)
    shape = (10, 10) if channels is None else (10, 10, channels)
    with pytest.raises(InputError, match="has 10 x 10 pixels; at most 99 are read"):
        open_page(np.zeros(shape, np.uint8))
    monkeypatch.setattr(images, "MAX_PIXELS", 100)
    assert open_page(np.zeros(shape, np.uint8)).shape == (10, 10)


def test_a_matrix_and_a_name_in_bytes_are_pictures(grey: np.ndarray, tmp_path: Path) -> None:
    expected = open_page(grey)
    with pytest.warns(PendingDeprecationWarning, match="matrix subclass"):
        matrix = np.matrix(grey)
    np.testing.assert_array_equal(open_page(matrix), expected)
    Image.fromarray(grey).save(tmp_path / "a.png")
    with os.scandir(os.fsencode(tmp_path)) as entries:
        np.testing.assert_array_equal(open_page(next(iter(entries))), expected)


@pytest.mark.parametrize(
    ("paper", "pen", "channel"),
    [
        pytest.param((255, 255, 255), (255, 240, 60), 2, id="yellow-marker"),
        pytest.param((30, 60, 200), (200, 20, 20), 2, id="red-on-blue"),
        pytest.param((90, 150, 60), (190, 90, 120), 0, id="pink-on-green"),
    ],
)
def test_strokes_of_another_colour_are_seen(
    paper: tuple[int, ...], pen: tuple[int, ...], channel: int
) -> None:
    """Where brightness hardly differs, the channel that differs most is the page."""
    picture = np.full((60, 60, 3), paper, np.uint8)
    picture[10:50, 28:34] = pen
    page = open_page(picture)
    assert int(page[30, 30]) - int(page[30, 5]) == abs(paper[channel] - pen[channel])


@pytest.mark.parametrize("pen", [(40, 60, 160), (200, 30, 40), (30, 140, 60), (150, 150, 150)])
def test_brightness_is_the_page_where_it_tells(pen: tuple[int, ...]) -> None:
    picture = np.full((60, 60, 3), 245, np.uint8)
    picture[10:50, 28:34] = pen
    expected = np.array(Image.fromarray(picture).convert("L"))
    np.testing.assert_array_equal(open_page(picture, polarity="dark_ink"), 255 - expected)


@pytest.mark.parametrize(
    ("paper", "pen", "polarity"),
    [
        pytest.param((60, 120, 60), (200, 0, 0), "dark_ink", id="red-on-dark-green"),
        pytest.param((0, 110, 160), (160, 40, 60), "dark_ink", id="red-on-blue"),
        pytest.param((30, 60, 200), (200, 20, 20), "bright_ink", id="brighter-red-on-blue"),
        pytest.param((255, 255, 255), (255, 240, 60), "dark_ink", id="yellow-marker"),
    ],
)
def test_a_channel_has_the_polarity_that_brightness_has(
    paper: tuple[int, ...], pen: tuple[int, ...], polarity: Polarity
) -> None:
    picture = np.full((60, 60, 3), paper, np.uint8)
    picture[10:50, 28:34] = pen
    brightness = np.array(Image.fromarray(picture).convert("L"))
    assert (brightness[30, 30] < brightness[30, 5]) == (polarity == "dark_ink")
    page = open_page(picture, polarity=polarity)
    assert int(page[30, 30]) - int(page[30, 5]) > 48


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        pytest.param((120, 120, 120), (160, 110, 110), id="faint-in-all"),
        pytest.param((120, 120, 120), (170, 145, 120), id="not-twice-as-clear"),
        pytest.param((60, 60, 60), (110, 110, 255), id="twice-as-clear-but-plain-enough"),
    ],
)
def test_brightness_stays_where_no_channel_is_far_clearer(
    paper: tuple[int, ...], pen: tuple[int, ...]
) -> None:
    picture = np.full((60, 60, 3), paper, np.uint8)
    picture[10:50, 28:34] = pen
    expected = np.array(Image.fromarray(picture).convert("L"))
    np.testing.assert_array_equal(open_page(picture, polarity="bright_ink"), expected)


def test_threads_leave_the_callers_warnings_as_they_were(grey: np.ndarray) -> None:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "PNG")
    before = list(warnings.filters)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_page, [buffer.getvalue()] * 300))
    assert list(warnings.filters) == before


@pytest.mark.parametrize("kind", ["path", "bytes", "stream", "image"])
def test_that_memory_ran_out_is_no_damage(
    kind: str, grey: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: Any) -> None:
        raise MemoryError

    content = encoded(Image.fromarray(grey))
    (tmp_path / "a.png").write_bytes(content)
    sources: dict[str, Any] = {
        "path": tmp_path / "a.png",
        "bytes": content,
        "stream": io.BytesIO(content),
        "image": Image.fromarray(grey),
    }
    monkeypatch.setattr(images, "to_grey", too_much)
    with pytest.raises(InputError, match="memory ran out while it was decoded; scale it down"):
        open_page(sources[kind])
