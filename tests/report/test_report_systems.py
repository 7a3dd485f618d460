"""Reports of published systems, and the page that compares them."""

from __future__ import annotations

import json
from pathlib import Path

import fake_folders
import pytest
from pages import Reader, read_page

from tenfold.data import MNIST
from tenfold.errors import RunError
from tenfold.report.comparison_report import write_comparison
from tenfold.report.sections import SECTIONS
from tenfold.report.system_report import write_system_report
from tenfold.train.systems import SYSTEMS


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())
def test_everything_a_system_shows_has_a_section(system: object) -> None:
    shows = system.shows  # type: ignore[attr-defined]
    assert [name for name in shows if name not in SECTIONS] == []


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())
def test_the_optimizers_and_layers_of_every_system_are_explained(system: object) -> None:
    from tenfold.report.training_words import held_out, steps_an_epoch

    recipe = system.recipe  # type: ignore[attr-defined]
    validation = {
        "method": recipe.validation.method,
        "fraction": recipe.validation.fraction,
        "random_state": recipe.validation.random_state,
    }
    expected = {
        "dense-128-dropout": (48_000, 375),
        "dense-128": (60_000, 1_875),
        "dense-512-rmsprop": (60_000, 469),
        "dense-100-sigmoid": (54_000, 1_688),
        "conv-3": (54_000, 844),
    }[recipe.name]
    known = {"validation": validation, "batch_size": recipe.batch_size}
    assert (held_out(known)[0], steps_an_epoch(known)) == expected


@pytest.fixture(scope="module")
def system_folder(tmp_path_factory: pytest.TempPathFactory, mnist: MNIST) -> Path:
    """A reproduction with its report, made once for the tests that only read it."""
    folder = tmp_path_factory.mktemp("reproduced") / "conv-3"
    fake_folders.make_reproduction(folder, mnist)
    write_system_report(folder, mnist)
    return folder


@pytest.fixture(scope="module")
def system_page(system_folder: Path) -> Reader:
    return read_page(system_folder / "report.html")


def test_what_the_text_shows_comes_first_and_in_its_order(system_page: Reader) -> None:
    page = system_page
    sections = [
        "What it is",
        "Claimed and measured",
        "What the published text got wrong",
        "Summary statistics",
        "Ten digits with their labels",
        "Class distribution",
        "Density of pixel intensity",
        "The network, layer by layer",
        "Training, epoch by epoch",
        "Live curves",
        "Training and test figures",
        "The test, in words",
        "The overfitting gap",
        "Confusion matrix",
        "Each digit by itself",
        "Calibration: does confidence mean what it says?",
        "Refusing the unsure: risk and coverage",
        "The worst errors",
        "How it was made",
    ]
    assert [heading for heading in page.headings if heading in sections] == sections
    parts = ("The result", "As the published text shows it", "What tenfold adds")
    assert all(part in page.text for part in parts)


@pytest.mark.parametrize(
    "words",
    [
        "Test accuracy 99.17 % 99.17 % 99.12 % ± 0.05 −0.05 points within the spread",
        "Test loss 0.0306 0.0306 0.0301 ± 0.0005 −0.0005 reached",
        "Train accuracy 99.72 % 99.72 % 99.31 % ± 0.05 −0.41 points below by 0.41 points",
        "93,322 parameters 93,322 93,322 0 exactly",
        "Validation accuracy after 5 epochs",
        "Features per sample: 28. A sample has 784 features.",
        "Seed 2",
        "trained 3 times",
        "tenfold reproduce conv-3 --seeds 3",
        "54,000 images, 64 at a time: 844 steps an epoch, 10 epochs, with the optimizer Adam",
        "Over all seeds the gap is 0.19 ± 0.05 points.",
        "5 min 39 s",
    ],
)
def test_the_report_says(words: str, system_page: Reader) -> None:
    assert words in system_page.text


def test_figures_are_kept_beside_the_page(system_folder: Path) -> None:
    figures = system_folder / "figures"
    assert (figures / "live-curves.png").read_bytes().startswith(b"\x89PNG")
    hidden = [path.name for path in system_folder.rglob(".*")]
    assert hidden == []


def test_one_seed_has_no_spread(tmp_path: Path, mnist: MNIST) -> None:
    fake_folders.make_reproduction(tmp_path, mnist, seeds=(4,))
    text = read_page(write_system_report(tmp_path, mnist)).text
    assert "one seed, no spread" in text
    assert "below by 0.41 points (one seed, no spread)" in text
    assert "It was trained once, with seed 4." in text
    assert "±" not in text.split("Claimed and measured")[-1].split("Summary statistics")[0]


def test_a_system_watched_on_its_test_set_is_labelled(tmp_path: Path, mnist: MNIST) -> None:
    fake_folders.make_reproduction(
        tmp_path, mnist, selected_on_test=True, shows=["sheet", "network", "epoch_log", "curves"]
    )
    page = read_page(write_system_report(tmp_path, mnist))
    assert "Not a blind figure" in page.headings
    assert page.headings.count("Curves of accuracy and loss") == 1


def test_every_section_can_be_shown(tmp_path: Path, mnist: MNIST) -> None:
    recipe = fake_folders.make_recipe("all", fake_folders.DENSE)
    fake_folders.make_reproduction(
        tmp_path, mnist, seeds=(0,), recipe=recipe, shows=list(SECTIONS), errata=[]
    )
    page = read_page(write_system_report(tmp_path, mnist))
    assert "784 × 128 + 128" in page.text
    assert "What the published text got wrong" not in page.headings


def test_a_hostile_name_is_shown_not_run(tmp_path: Path, mnist: MNIST) -> None:
    name = '<script>alert(1)</script> $x_1$ & "co"'
    recipe = fake_folders.make_recipe(name)
    layers = [
        {
            "name": name,
            "kind": "<b>",
            "output_shape": [10],
            "parameters": 0,
            "arithmetic": "<i>",
        }
    ]
    fake_folders.make_reproduction(
        tmp_path / "bad", mnist, seeds=(0,), recipe=recipe, layers=layers, command=name
    )
    page = read_page(write_system_report(tmp_path / "bad", mnist))
    assert page.headings[0] == f"{name}, reproduced"
    index = read_page(write_comparison(tmp_path))
    assert name in index.text


def test_the_comparison_links_each_report(tmp_path: Path, mnist: MNIST) -> None:
    fake_folders.make_reproduction(tmp_path / "conv-3", mnist)
    other = fake_folders.make_recipe("dense-128", fake_folders.DENSE)
    other["validation"] = {"method": "test_set"}
    fake_folders.make_reproduction(
        tmp_path / "dense 128", mnist, seeds=(0,), recipe=other, selected_on_test=True
    )
    path = write_comparison(tmp_path)
    page = read_page(path)
    assert path == tmp_path / "index.html"
    assert {"conv-3/report.html", "dense%20128/report.html"} <= set(page.loaded)
    assert "2 published networks" in page.text
    assert "dense-128 test set 101,770" in page.text
    assert page.text.count("within the spread") >= 1
    assert (tmp_path / "figures" / "comparison.png").exists()


def test_a_comparison_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"must hold a folder with reproduction\.json"):
        write_comparison(tmp_path)


def test_a_damaged_reproduction_stops_the_comparison(tmp_path: Path, mnist: MNIST) -> None:
    fake_folders.make_reproduction(tmp_path / "conv-3", mnist)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "reproduction.json").write_text(json.dumps({"system": "other"}))
    with pytest.raises(RunError, match=r"other.reproduction\.json: 'summary' is missing"):
        write_comparison(tmp_path)
