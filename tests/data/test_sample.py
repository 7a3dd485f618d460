"""Samples are a labelled folder that reads back as the same images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tenfold.data import load_labelled
from tenfold.data.sample import write_sample
from tenfold.values import Split


@pytest.mark.parametrize(("count", "written"), [(1, 1), (3, 3), (99, 5)])
def test_sample_reads_back(count: int, written: int, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    split = Split(images, np.array([3, 1, 4, 1, 5], np.uint8))
    paths = write_sample(split, count, tmp_path)
    assert [path.name for path in paths] == [f"{place:05}.png" for place in range(written)]
    back = load_labelled(tmp_path)
    np.testing.assert_array_equal(back.images, images[:written])
    np.testing.assert_array_equal(back.labels, split.labels[:written])
