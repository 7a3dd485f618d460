"""The main path: whatever form a digit comes in, the answer is the same."""

from __future__ import annotations

import io
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import tenfold
import tiny
from tenfold import reader as reader_module
from tenfold.data import MNIST
from tenfold.errors import InputError, ModelError
from tenfold.model import load_model
from tenfold.train.training import TrainingPlan, train_run


@pytest.fixture(scope="module")
def model(mnist: MNIST, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = replace(
        tiny.BASE,
        network=(tiny.Flatten(), tiny.Dense(units=48, activation="relu"), tiny.OUTPUTS),
        optimizer=tiny.Adam(learning_rate=0.005),
        epochs=15,
        batch_size=16,
    )
    return train_run(TrainingPlan(recipe, tmp_path_factory.mktemp("model") / "run"), mnist).model


@pytest.fixture(scope="module")
def reader(model: Path) -> tenfold.Reader:
    return tenfold.Reader(model, threads=1)


def test_an_array_of_glyphs(reader: tenfold.Reader, mnist: MNIST) -> None:
    digits = reader.classify(mnist.test.images)
    right = [digit.value == label for digit, label in zip(digits, mnist.test.labels, strict=True)]
    assert len(digits) == 100
    assert np.mean(right) >= 0.9


def test_a_png_of_a_glyph_is_the_same_as_its_array(
    reader: tenfold.Reader, mnist: MNIST, tmp_path: Path
) -> None:
    for place in range(10):
        image = mnist.test.images[place]
        path = tmp_path / f"{place}.png"
        Image.fromarray(image).save(path)
        (expected,) = reader.classify(mnist.test.images[place : place + 1])
        for picture in (path, str(path), path.read_bytes(), Image.fromarray(image), image):
            assert reader.classify(picture) == [expected]
        assert reader.classify(255 - image) == [expected]
        assert reader.classify(io.BytesIO(path.read_bytes())) == [expected]


def test_a_glyph_is_centred_from_a_larger_page(reader: tenfold.Reader, mnist: MNIST) -> None:
    """The same ink, larger and elsewhere on white paper, is the same digit nearly always."""
    same = 0
    for place in range(40):
        image = mnist.test.images[place]
        large = np.kron(255 - image, np.ones((5, 5), np.uint8))
        paper = np.pad(large, ((30, 90), (120, 10)), constant_values=255)
        same += reader.classify(paper)[0].guess == reader.classify(image)[0].guess
    assert same >= 30


def test_several_pictures_keep_their_order(reader: tenfold.Reader, mnist: MNIST) -> None:
    images = list(mnist.test.images[:7])
    digits = reader.classify(images)
    assert digits == reader.classify(mnist.test.images[:7])
    assert reader.classify(tuple(reversed(images))) == digits[::-1]


def test_nothing_gives_nothing(reader: tenfold.Reader) -> None:
    assert reader.classify([]) == []
    assert reader.classify(np.zeros((0, 28, 28), np.uint8)) == []


@pytest.mark.parametrize("value", [0, 255, 120])
def test_a_blank_is_refused_among_digits(value: int, reader: tenfold.Reader, mnist: MNIST) -> None:
    blank = np.full((50, 40), value, np.uint8)
    first, second, third = reader.classify([mnist.test.images[0], blank, mnist.test.images[1]])
    assert (second.value, second.rejected, second.confidence) == (None, "blank", 0.0)
    assert [first, third] == reader.classify(mnist.test.images[:2])


def test_a_picture_of_28_x_3_columns_is_not_taken_for_colours(reader: tenfold.Reader) -> None:
    assert len(reader.classify(np.zeros((3, 28, 28), np.uint8))) == 3
    assert len(reader.classify(np.zeros((28, 28, 3), np.uint8))) == 1


def test_a_bad_picture_is_named(reader: tenfold.Reader, mnist: MNIST, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.png: cannot be read"):
        reader.classify([mnist.test.images[0], tmp_path / "none.png"])


def test_classify_loads_a_model_by_its_folder(model: Path, mnist: MNIST) -> None:
    expected = tenfold.Reader(model).classify(mnist.test.images[:3])
    assert tenfold.classify(mnist.test.images[:3], model=model) == expected
    assert tenfold.classify(mnist.test.images[:3], model=str(model.parent)) == expected


def test_a_loaded_model_serves_readers_of_many_thresholds(model: Path, mnist: MNIST) -> None:
    loaded = load_model(model)
    readers = [tenfold.Reader(loaded, threshold=limit) for limit in (0.0, 1.0)]
    answered = [
        sum(digit.value is not None for digit in reader.classify(mnist.test.images))
        for reader in readers
    ]
    assert answered == [100, 0]
    assert tenfold.classify(mnist.test.images[:2], model=loaded) == readers[0].classify(
        mnist.test.images[:2]
    )


def test_an_included_model_is_loaded_once(
    model: Path, mnist: MNIST, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked of it, and whatever other model is asked in between."""
    folders = {"base": model, "nano": model.parent}
    loads = []
    monkeypatch.setattr(reader_module, "included_models", lambda: folders)
    monkeypatch.setattr(
        reader_module, "load_model", lambda folder: loads.append(folder) or load_model(folder)
    )
    for name, limit in (("base", None), ("nano", None), ("base", 0.5), ("base", 1.0)):
        tenfold.classify(mnist.test.images[:1], model=name, threshold=limit)
    assert loads == [model, model.parent]


def test_classify_needs_a_model(mnist: MNIST, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="but does not exist"):
        tenfold.Reader(tmp_path / "none")


def test_threads_share_a_reader(reader: tenfold.Reader, mnist: MNIST) -> None:
    parts = [mnist.train.images[start : start + 10] for start in range(0, 160, 10)]
    alone = [reader.classify(part) for part in parts]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(reader.classify, parts)) == alone


def test_a_stream_takes_pictures_as_it_needs_them(reader: tenfold.Reader, mnist: MNIST) -> None:
    taken = []

    def endless() -> Iterator[np.ndarray]:
        for number in count():
            taken.append(number)
            yield mnist.test.images[number % 100]

    first = list(islice(reader.stream(endless()), 1500))
    assert len(taken) == 2048
    assert first[:100] == reader.classify(mnist.test.images)
    assert first[1400:1500] == first[:100]
    taken.clear()
    for place, digit in enumerate(islice(reader.stream(endless(), batch_size=1), 3)):
        assert len(taken) == place + 1
        assert digit.guess == first[place].guess


@pytest.mark.parametrize("size", [0, -1, 1.5, None])
def test_a_batch_has_a_picture_or_more(size: Any, reader: tenfold.Reader, mnist: MNIST) -> None:
    with pytest.raises(InputError, match="batch_size: must be a whole number from 1 on"):
        list(reader.stream(mnist.test.images[:2], batch_size=size))


def test_a_batch_may_be_larger_than_any_memory(reader: tenfold.Reader, mnist: MNIST) -> None:
    images = mnist.test.images[:3]
    for pictures in (images, list(images)):
        assert len(list(reader.stream(pictures, batch_size=10**30))) == 3


def test_a_bad_picture_comes_after_the_good_ones_before_it(
    reader: tenfold.Reader, mnist: MNIST
) -> None:
    good = list(mnist.test.images[:5])
    digits = reader.stream([*good, b"none", *good])
    assert list(islice(digits, 5)) == reader.classify(good)
    with pytest.raises(InputError, match="picture 5: must be one of"):
        next(digits)


def test_an_array_is_read_in_parts(reader: tenfold.Reader, mnist: MNIST) -> None:
    many = np.tile(mnist.test.images, (22, 1, 1))
    digits = reader.classify(many)
    assert len(digits) == 2200
    assert digits[2100:] == digits[:100]


def test_pictures_of_one_size_in_one_array(reader: tenfold.Reader, mnist: MNIST) -> None:
    pages = np.pad(mnist.test.images[:3], ((0, 0), (20, 5), (9, 9)))
    assert list(reader.stream(pages)) == reader.classify(list(pages))


def test_digits_with_a_channel_are_digits(reader: tenfold.Reader, mnist: MNIST) -> None:
    """Arrays as convolutions of other libraries take them."""
    images = mnist.test.images[:3]
    assert reader.classify(images[..., None]) == reader.classify(images)


def test_a_reader_says_what_it_is(model: Path) -> None:
    reader = tenfold.Reader(model, threshold=0.5)
    assert repr(reader) == "Reader('tiny', thresholds={'unsure': 0.5})"


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_page_has_no_numbers(shade: int, reader: tenfold.Reader) -> None:
    page = np.full((90, 140), shade, np.uint8)
    assert reader.read(page) == tenfold.Reading()
    assert reader.read(page).numbers == ()


def test_what_is_no_picture_is_not_read(reader: tenfold.Reader, model: Path) -> None:
    with pytest.raises(InputError, match="must be one of PNG"):
        reader.read(b"none")
    with pytest.raises(InputError, match="polarity: must be auto"):
        tenfold.read(np.zeros((9, 9), np.uint8), model=model, polarity="red")  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (3, 3), (40, 5000)], ids=str)
@pytest.mark.parametrize("kind", ["noise", "stripes", "black-and-white"])
def test_any_page_is_read_as_something(
    kind: str, shape: tuple[int, int], reader: tenfold.Reader
) -> None:
    random = np.random.default_rng(7)
    page = {
        "noise": random.integers(0, 256, shape),
        "stripes": np.broadcast_to(np.arange(shape[1]) % 7 * 40, shape),
        "black-and-white": random.integers(0, 2, shape) * 255,
    }[kind]
    reading = reader.read(page.astype(np.uint8))
    assert reading.text == "\n".join(" ".join(n.text for n in line) for line in reading.lines)


def test_no_model_is_refused(mnist: MNIST) -> None:
    with pytest.raises(ModelError, match="model: must be the path of a model"):
        tenfold.classify(mnist.test.images[0], model=None)  # type: ignore[arg-type]


def test_dark_ink_that_is_said_is_believed(reader: tenfold.Reader, mnist: MNIST) -> None:
    image = mnist.test.images[:1]
    assert reader.classify(255 - image, polarity="dark_ink") == reader.classify(image)
    assert reader.classify(image, polarity="bright_ink") == reader.classify(image)
    with pytest.raises(InputError, match="polarity: must be auto"):
        reader.classify([image[0]], polarity="red")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "array",
    [
        np.full((2, 28, 28), np.nan),
        np.full((2, 28, 28), 300, np.int64),
        np.full((2, 28, 28), -1, np.int8),
        np.zeros((2, 28, 28), np.float32),
        np.zeros((2, 5, 28, 28), np.uint8),
        np.zeros(784, np.uint8),
        np.array("7"),
    ],
    ids=["nan", "above-255", "below-0", "float", "four-axes", "flat", "text"],
)
def test_an_array_that_is_no_picture_is_refused(reader: tenfold.Reader, array: np.ndarray) -> None:
    with pytest.raises(InputError, match="picture: an array must have shape"):
        reader.classify(array)


@pytest.mark.parametrize(
    "several",
    [
        lambda paths: iter(paths),
        lambda paths: (path for path in paths),
        lambda paths: tuple(paths),
        lambda paths: dict.fromkeys(paths),
        lambda paths: paths[0].parent.glob("*.png"),
    ],
    ids=["iterator", "generator", "tuple", "keys", "glob"],
)
def test_pictures_come_one_after_the_other_in_any_form(
    several: Callable[[list[Path]], Any], reader: tenfold.Reader, mnist: MNIST, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, image in zip(paths, mnist.test.images, strict=False):
        Image.fromarray(image).save(path)
    digits = reader.classify(several(paths))
    assert {repr(digit) for digit in digits} == {repr(digit) for digit in reader.classify(paths)}


@pytest.mark.parametrize("one", ["a.png", b"x", Path("a.png"), 3, None, np.array(5)])
def test_a_stream_is_of_several_pictures(one: Any, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError, match=r"must be several pictures.*give a single one as"):
        list(reader.stream(one))


@pytest.mark.parametrize("pictures", [[], np.zeros((2, 28, 28), np.uint8)], ids=["none", "glyphs"])
def test_a_polarity_that_there_is_not_is_refused(pictures: Any, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError, match="polarity: must be auto, dark_ink or bright_ink"):
        reader.classify(pictures, polarity="grey")  # type: ignore[arg-type]  # none that a type allows


def test_a_stream_holds_one_picture_at_a_time(reader: tenfold.Reader, mnist: MNIST) -> None:
    living: list[weakref.ref[np.ndarray]] = []
    most = 0

    def pictures() -> Iterator[np.ndarray]:
        nonlocal most
        for image in mnist.test.images[:50]:
            picture = np.pad(image, 40)
            living.append(weakref.ref(picture))
            most = max(most, sum(reference() is not None for reference in living))
            yield picture

    assert len(list(reader.stream(pictures()))) == 50
    assert most <= 2


def test_an_accuracy_may_come_in_float32(model: Path) -> None:
    asked = tenfold.Reader("base", accuracy=float(np.float32(0.999)))
    assert asked.coverage == tenfold.Reader("base", accuracy=0.999).coverage


def written(text: str) -> np.ndarray:
    page = np.full((300, 900), 235, np.uint8)
    for place, letter in enumerate(text):
        at = (60 + 130 * place, 200)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 4, 30, 9, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_on_its_side_is_read(quarters: int) -> None:
    page = written("407253")
    upright = tenfold.read(page)
    turned = tenfold.read(np.ascontiguousarray(np.rot90(page, quarters)))
    assert upright.text == turned.text == "407253"
    top, left, bottom, right = turned.numbers[0].box
    assert (bottom - top > right - left) == (quarters != 2)


@pytest.mark.parametrize("quarters", [0, 1, 2])
@pytest.mark.parametrize("region", [None, (20, 30, 290, 280)], ids=["whole", "part"])
def test_what_is_explained_is_what_is_read(quarters: int, region: tuple[int, ...] | None) -> None:
    picture = np.ascontiguousarray(np.rot90(written("407253"), quarters))
    steps = tenfold.Reader("base").explain(picture, region=region)
    assert steps.reading == tenfold.Reader("base").read(picture, region=region)
    shown = [(one.text, one.confidence) for group in steps.groups for one in group.numbers]
    assert shown == [(number.text, number.confidence) for number in steps.reading.numbers]
    assert steps.ink is not None
    assert steps.without_lines is not None
    assert steps.ink.shape == steps.without_lines.shape
    if region is None:
        assert steps.page.shape == written("").shape  # turned back


def test_corners_of_a_table_are_those_of_the_picture_with_a_region_too() -> None:
    """What is read, and where, is the same whatever part of the picture is looked at."""
    page = np.full((420, 700), 230, np.uint8)
    for column, text in enumerate(("4", "71", "8")):
        cv2.rectangle(page, (100 + 170 * column, 150), (270 + 170 * column, 300), 60, 3)
        at = (112 + 170 * column, 260)
        cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, 3, 40, 7, cv2.LINE_AA)
    corners = ((100, 150), (610, 150), (610, 300), (100, 300))
    reader = tenfold.Reader("nano", threads=1)
    whole = reader.read_table(page, 1, 3, corners=corners)
    part = reader.read_table(page, 1, 3, corners=corners, region=(120, 60, 330, 650))
    assert whole.rows == part.rows == [["4", "71", "8"]]
    for one, other in zip(whole.numbers, part.numbers, strict=True):
        assert np.abs(np.subtract(one.box, other.box)).max() <= 2
