"""What stands beside a training: its log, bar, pages and TensorBoard files."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import tiny
from tenfold.data import MNIST
from tenfold.errors import OutputError
from tenfold.train.callbacks import (
    EarlyStopping,
    LivePage,
    MetricsLog,
    ProgressBar,
    TensorBoard,
    best_epoch,
)
from tenfold.train.fit import Callback, Metrics, Trainer, as_images, as_labels, fit
from tenfold.train.recipe import Recipe


def trainer(mnist: MNIST, recipe: Recipe = tiny.BASE) -> Trainer:
    return Trainer(recipe, as_images(mnist.train), as_labels(mnist.train))


def held(*losses: float) -> list[Metrics]:
    return [{"epoch": n, "validation_loss": loss} for n, loss in enumerate(losses, start=1)]


@pytest.mark.parametrize(
    ("history", "best"),
    [
        ([], None),
        ([{"epoch": 1, "loss": 1.0}], None),
        (held(3.0), 1),
        (held(3.0, 2.0, 1.0), 3),
        (held(3.0, 1.0, 2.0), 2),
        (held(3.0, 1.0, 1.0), 2),
    ],
)
def test_the_best_epoch_is_the_first_of_the_lowest(
    history: list[Metrics], best: int | None
) -> None:
    assert best_epoch(history) == best


class Losses(Callback):
    """Puts given validation losses in the place of the measured ones."""

    def __init__(self, losses: list[float]) -> None:
        self.losses = losses

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        metrics["validation_loss"] = self.losses[trainer.epoch - 1]


@pytest.mark.parametrize(
    ("losses", "patience", "epochs", "best"),
    [
        ([3, 2, 1, 0.5, 0.4], 1, 5, 5),
        ([3, 2, 2.5, 1, 0.4], 1, 3, 2),
        ([3, 2, 2.5, 1, 0.4], 2, 5, 5),
        ([3, 2, 2, 2, 0.4], 2, 4, 2),
        ([1, 2, 3, 4, 5], 3, 4, 1),
        ([1, 2, 3, 4, 5], 9, 5, 1),
    ],
)
def test_early_stopping(
    losses: list[float], patience: int, epochs: int, best: int, mnist: MNIST
) -> None:
    recipe = replace(tiny.BASE, epochs=5)
    kept: dict[int, dict[str, torch.Tensor]] = {}

    class Keep(Callback):
        def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
            kept[trainer.epoch] = trainer.weights()

    stopped = trainer(mnist, recipe)
    fit(stopped, None, [Losses(losses), Keep(), EarlyStopping(patience)])
    assert stopped.epoch == epochs
    for name, value in stopped.weights().items():
        assert torch.equal(value, kept[best][name])


def test_the_log_has_a_line_an_epoch(mnist: MNIST, tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    trained = fit(trainer(mnist), mnist.test, [MetricsLog(path)])
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows == trained.history
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert set(rows[0]) == {
        *("epoch", "seconds", "loss", "accuracy", "validation_loss", "validation_accuracy")
    }


def test_the_log_of_a_resumed_run_drops_what_is_run_again(mnist: MNIST, tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"epoch": 1, "loss": 5}\n{"epoch": 2, "loss": 4}\n{"epoch": 3, "lo')
    resumed = trainer(mnist)
    resumed.history = [{"epoch": 1, "loss": 5}]
    MetricsLog(path).on_train_begin(resumed)
    assert path.read_text() == '{"epoch": 1, "loss": 5}\n'


def test_a_log_that_cannot_be_written_is_named(mnist: MNIST, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"metrics\.jsonl: cannot be written"):
        fit(trainer(mnist), None, [MetricsLog(tmp_path / "file" / "metrics.jsonl")])


def test_tensorboard_files_hold_each_metric(mnist: MNIST, tmp_path: Path) -> None:
    written: list[tuple[str, float, int]] = []
    board = TensorBoard(tmp_path / "board")
    trained = trainer(mnist)

    class Watch(Callback):
        def on_train_begin(self, trainer: Trainer) -> None:
            real = board._writer.add_scalar

            def add(name: str, value: float, step: int) -> None:
                written.append((name, value, step))
                real(name, value, step)

            board._writer.add_scalar = add

    fit(trained, mnist.test, [board, Watch()])
    (file,) = (tmp_path / "board").glob("events.out.tfevents.*")
    assert file.stat().st_size > 500
    names = ["seconds", "loss/train", "accuracy/train", "loss/validation", "accuracy/validation"]
    assert [(name, step) for name, _, step in written] == [
        (name, epoch) for epoch in (1, 2, 3) for name in sorted(names, key=names.index)
    ]
    content = file.read_bytes()
    for name in ("loss/train", "loss/validation", "accuracy/train"):
        assert name.encode() in content


def test_the_live_page_reloads_until_the_end(mnist: MNIST, tmp_path: Path) -> None:
    path, pages, shown = tmp_path / "live.html", [], []
    page = LivePage(path, shown.append)

    class Look(Callback):
        def on_train_begin(self, trainer: Trainer) -> None:
            pages.append(path.read_text(encoding="utf-8"))

        def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
            pages.append(path.read_text(encoding="utf-8"))

    fit(trainer(mnist), mnist.test, [page, Look()])
    assert shown == [path.resolve().as_uri()]
    assert len(pages) == 4
    assert all('http-equiv="refresh"' in text for text in pages)
    assert "The first of 3 epochs is not over yet." in pages[0]
    assert "epoch 2 of 3 is over" in pages[2]
    final = path.read_text(encoding="utf-8")
    assert 'http-equiv="refresh"' not in final
    assert "Finished: 3 epochs." in final


def test_the_live_page_of_a_failed_training_ends(mnist: MNIST, tmp_path: Path) -> None:
    class Fail(Callback):
        def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        fit(trainer(mnist), None, [LivePage(tmp_path / "live.html"), Fail()])
    final = (tmp_path / "live.html").read_text(encoding="utf-8")
    assert "Stopped after 1 epoch of 3." in final
    assert 'http-equiv="refresh"' not in final


def test_progress_outside_a_terminal_is_a_line_an_epoch(
    mnist: MNIST, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = fit(trainer(mnist), mnist.test, [ProgressBar()])
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 3
    for line, row in zip(lines, trained.history, strict=True):
        assert line.startswith(f"epoch {row['epoch']}/3  loss {row['loss']:.4f}  acc")
        values = [float(value) for value in re.findall(r"\d+\.\d+", line)]
        expected = [row["loss"], 100 * row["accuracy"]]
        expected += [row["validation_loss"], 100 * row["validation_accuracy"]]
        assert values == pytest.approx(expected, abs=0.0051)


class Gone:
    """A terminal that was closed: every write fails."""

    encoding = "utf-8"

    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        raise BrokenPipeError


@pytest.mark.parametrize(
    "stream",
    [None, Gone(terminal=False), Gone(terminal=True)],
    ids=["closed", "broken-pipe", "hung-up"],
)
def test_a_stderr_that_has_gone_stops_no_training(
    stream: Any, mnist: MNIST, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    trained = fit(trainer(mnist), mnist.test, [ProgressBar("heading")])
    assert len(trained.history) == 3


def test_progress_in_a_terminal_is_a_bar_an_epoch(
    mnist: MNIST, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fit(trainer(mnist), None, [ProgressBar()])
    out, err = capsys.readouterr()
    assert out == ""
    for epoch in (1, 2, 3):
        assert f"epoch {epoch}/3" in err
    assert "epoch 4/3" not in err
