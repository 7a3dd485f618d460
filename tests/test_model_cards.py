"""The page of model cards: what a shipped model's figures and its recipe's seeds look like."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny
from tenfold.data import MNIST
from tenfold.model import included, load_model
from tenfold.train.evaluation_files import keep_figures
from tenfold.train.export import export_weights
from tenfold.train.networks import Network
from tenfold.train.settings import recipe_digest
from tenfold.train.shipped import BASE, SHIPPED

ROOT = Path(__file__).parent.parent


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """The generator of the page, and the benchmark that scores models."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import model_cards

    import recipe_seeds

    return model_cards, recipe_seeds


def seed_row(
    seeds: Any,
    evaluations: dict[str, Any],
    seed: int,
    digest: str,
    pictures: str = "new",
    drawn: str = "0123456789ab",
) -> dict[str, Any]:
    figures = seeds.row_of_figures(evaluations) | {"accuracy": 0.99 + seed / 1000}
    figures |= {"not_digits_pictures": pictures, "minutes": 30}
    figures["drawn"] = drawn
    return {"recipe": "base", "recipe_digest": digest, "seed": seed, **figures}


def test_a_card_and_its_seeds(
    tools: tuple[Any, Any], mnist: MNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards, seeds = tools
    recipe, folder = tiny.RECIPES["negatives"], tmp_path / "models" / "base"
    weights = {key: value.contiguous() for key, value in Network(recipe).state_dict().items()}
    trained = {"seed": 4, "epochs": 2, "commit": "abc", "drawn": "0123456789abcdef"}
    export_weights(recipe, [weights], folder, mnist.test, trained, {}, title=("base", "for all"))
    monkeypatch.setattr(seeds, "load_mnist", lambda: mnist)
    model = load_model(folder)
    evaluations = seeds.evaluations(model)
    evaluations["MNIST test"]["labels"] = {"ten_corrected": 0.9812, "without_fifteen": 0.9834}
    speed = {"one_digit_ms": 0.2, "images_a_second": 5432, "batch": 1024}
    speed |= {"cores": 2, "processor": "some", "date": "2026-01-01"}
    keep_figures(model, {**evaluations, "speed": speed})
    monkeypatch.setattr(included, "_FOLDER", tmp_path / "models")

    digest = recipe_digest(BASE)
    rows = [seed_row(seeds, evaluations, 7, digest, "old")]
    rows += [seed_row(seeds, evaluations, seed, digest) for seed in (1, 2, 3)]
    rows.append(seed_row(seeds, evaluations, 8, digest, drawn="otherwise"))
    rows.append(seed_row(seeds, evaluations, 9, "of another recipe"))
    with (tmp_path / "recipe_seeds.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr("results.RESULTS", tmp_path)

    page = cards.page()
    assert "## base\n\nFor all." in page
    assert "seed 4, 2 epochs of 60,000 images, commit abc" in page
    assert "| ten labels corrected | 98.12 % |" in page
    assert "Measured on 2" in page
    assert "| batches of 1,024 | 5,432 a second |" in page
    assert f"| AUROC | {evaluations['not-digits']['auroc']:.4f} |" in page
    assert "zigzag" in page
    assert "| MNIST test, official labels | 99.200 | ± 0.10 | 99.10 99.20 99.30 |" in page
    assert page.count("3 seeds, 30 minutes each") == 1
    assert "| 99.200 ± 0.100 of 3 |" in "".join(cards.overview())


@pytest.mark.parametrize("name", SHIPPED)
def test_seeds_of_the_recipe_as_it_is_are_on_record(name: str) -> None:
    """Three at least, of what is trained today: a recipe that changes is to be trained anew."""
    path = ROOT / "benchmarks" / "results" / "recipe_seeds.csv"
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    digest = recipe_digest(SHIPPED[name])
    assert len({row["seed"] for row in rows if row["recipe_digest"] == digest}) >= 3


def test_pages_of_the_latest_run(
    tools: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"right": 7, "wrong": 1, "unsure": 2, "not_a_digit": 1, "blank": 0}
    row = {"model": "base", "digits": 11, "scene": "ruled", "shows": "one digit", **counts}
    other = {**row, "scene": "face", "shows": "none or two", "right": 0}
    new = [row | {"right": 2}, row, other, row | {"model": "nano"}]  # twice, and another model
    dated = [row | {"right": 0, "commit": "old"}, *(one | {"commit": "new"} for one in new)]
    with (tmp_path / "pages.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [*row, "commit", "date"])
        writer.writeheader()
        writer.writerows(dated)
    monkeypatch.setattr("results.RESULTS", tmp_path)
    page = "".join(tools[0]._pages())
    assert "| page | read | misread | refused |\n|---|---|---|---|\n| ruled | 7 | 1 | 3 |\n" in page
    assert "| page | answered | refused |\n|---|---|---|\n| face | 1 | 3 |\n" in page
    assert page.count("| ruled |") == 1
    assert "11 MNIST training images" in page
    assert "commit new" in page


def test_every_scene_draws_a_page(tools: tuple[Any, Any], mnist: MNIST) -> None:
    import scenes

    for name, scene in (scenes.SCENES | scenes.OTHER_SCENES).items():
        drawn = [scene(image, np.random.default_rng(3)) for image in mnist.train.images[:2]]
        again = scene(mnist.train.images[0], np.random.default_rng(3))
        assert all(page.dtype == np.uint8 and page.ndim == 2 for page in drawn), name
        assert all(np.ptp(page) > 10 for page in drawn), name
        np.testing.assert_array_equal(drawn[0], again)
    sys.modules.pop("scenes")


def test_the_modules_that_ship_models_load(tools: tuple[Any, Any]) -> None:
    import ship_models

    assert (ROOT / "src" / "tenfold" / "models") == ship_models.MODELS
    sys.modules.pop("ship_models")


def test_rows_of_other_columns_are_not_appended(
    tools: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import record

    path, stamped = tmp_path / "rows.csv", {"commit": "abc"}
    record.append_rows(path, [{"a": 1, "b": 2}], stamped)
    record.append_rows(path, [{"a": 3, "b": 4}], stamped)
    before = path.read_text()
    assert before == "a,b,commit\n1,2,abc\n3,4,abc\n"
    with pytest.raises(SystemExit, match="must have the columns a, c, b, commit"):
        record.append_rows(path, [{"a": 1, "c": 0, "b": 2}], stamped)
    assert path.read_text() == before
