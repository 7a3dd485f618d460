"""The live page: it loads itself again until training is over, and shows each metric's extremes."""

from __future__ import annotations

import math
from pathlib import Path

import fake_folders
import pytest
from pages import read_page

from tenfold.report.live import extremes, live_figure, write_live_page

HISTORY = fake_folders.make_history(4)


@pytest.mark.parametrize(
    ("epochs", "finished", "refreshes", "state"),
    [
        (0, False, True, "Training has begun. The first of 10 epochs is not over yet."),
        (1, False, True, "Training: epoch 1 of 10 is over."),
        (4, False, True, "Training: epoch 4 of 10 is over."),
        (4, True, False, "Stopped after 4 epochs of 10."),
    ],
    ids=["none", "first", "fourth", "stopped"],
)
def test_the_page_follows_the_training(
    epochs: int, finished: bool, refreshes: bool, state: str, tmp_path: Path
) -> None:
    path = tmp_path / "live.html"
    write_live_page(path, "conv-3", HISTORY[:epochs], finished=finished, total_epochs=10)
    page = read_page(path)
    assert ('http-equiv="refresh"' in path.read_text(encoding="utf-8")) == refreshes
    assert state in page.text
    assert ("svg" in page.tags) == (epochs > 0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["live.html"]


def test_letters_are_left_to_fonts_that_every_browser_has(tmp_path: Path) -> None:
    write_live_page(tmp_path / "a.html", "a", HISTORY, finished=False, total_epochs=10)
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "'DejaVu Sans', Verdana, sans-serif" in html
    assert "'DejaVu Sans Mono', monospace" in html


def test_a_finished_training_has_no_time_to_go(tmp_path: Path) -> None:
    write_live_page(tmp_path / "a.html", "a", HISTORY, finished=True, total_epochs=4)
    text = read_page(tmp_path / "a.html").text
    assert "Finished: 4 epochs." in text
    assert "to go" not in text
    assert "1.64 s in all" in text


def test_the_table_has_lowest_highest_and_current_value_of_each_metric() -> None:
    history = [
        {"epoch": 1, "loss": 0.5, "accuracy": 0.8, "validation_loss": 0.4},
        {"epoch": 2, "loss": 0.2, "accuracy": 0.95, "validation_loss": 0.3},
        {"epoch": 3, "loss": 0.3, "accuracy": 0.9, "validation_loss": 0.45},
    ]
    assert extremes(history) == [
        ["Training loss", "0.2000", "0.5000", "0.3000"],
        ["Validation loss", "0.3000", "0.4500", "0.4500"],
        ["Training accuracy", "80.00 %", "95.00 %", "90.00 %"],
    ]


def test_a_loss_that_ran_away_is_said_and_the_page_is_written(tmp_path: Path) -> None:
    history = [dict(HISTORY[0]), {**HISTORY[1], "loss": math.nan}]
    write_live_page(tmp_path / "live.html", "x", history, finished=False, total_epochs=4)
    assert "not finite" in read_page(tmp_path / "live.html").text


def test_a_hostile_title_is_shown_not_run(tmp_path: Path) -> None:
    title = '<script>alert("1")</script>'
    write_live_page(tmp_path / "live.html", title, HISTORY, finished=False, total_epochs=4)
    page = read_page(tmp_path / "live.html")
    assert page.headings[0] == title


def test_the_figure_for_notebooks_has_both_curves() -> None:
    titles = [axes.get_title(loc="left") for axes in live_figure(HISTORY).axes]
    assert titles == ["Loss", "Accuracy"]
