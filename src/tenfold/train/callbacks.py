"""What can happen around training: progress, metrics, checkpoints, early stopping, live curves."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from torch import Tensor
from tqdm.auto import tqdm

from tenfold.errors import MissingExtraError
from tenfold.files import output_errors, sync_file, write_text
from tenfold.report.extra import report_extra
from tenfold.talk import is_watched, say
from tenfold.train.checkpoint import Checkpoint, save_checkpoint
from tenfold.train.fit import Callback, Metrics, Trainer
from tenfold.train.settings import to_table

__all__ = [
    "Checkpoints",
    "EarlyStopping",
    "LivePage",
    "MetricsLog",
    "NotebookCurves",
    "ProgressBar",
    "TensorBoard",
]


class ProgressBar(Callback):
    """A bar for each epoch on stderr, with loss and accuracy; plain lines outside terminals.

    Args:
        heading: A line printed before the first bar, when nothing can refuse the run any more.
    """

    def __init__(self, heading: str = "") -> None:
        self._heading = heading
        self._bar: Any = None
        self._interactive = is_watched() or "ipykernel" in sys.modules

    def on_train_begin(self, trainer: Trainer) -> None:
        """Print the heading and open the first bar."""
        if self._heading:
            say(self._heading)
        self._open(trainer)

    def on_progress(self, trainer: Trainer, images_done: int, metrics: Metrics) -> None:
        """Move the bar on."""
        self._move(images_done, metrics)

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Close the epoch's bar and open the next."""
        if self._bar is not None:
            self._move(len(trainer.labels), metrics)
        else:
            say(f"{self._title(trainer, 0)}  {_line(metrics)}")
        self._close()
        if trainer.epoch < trainer.recipe.epochs and not trainer.stop:
            self._open(trainer)

    def on_train_end(self, trainer: Trainer) -> None:
        """Close the bar."""
        self._close()

    def _open(self, trainer: Trainer) -> None:
        if self._interactive and trainer.epoch < trainer.recipe.epochs:
            with suppress(OSError, ValueError):
                self._bar = tqdm(
                    total=len(trainer.labels),
                    desc=self._title(trainer, 1),
                    unit=" images",
                    unit_scale=True,
                    dynamic_ncols=True,
                    bar_format="{desc} {bar} {elapsed}{postfix}",
                )

    def _move(self, images_done: int, metrics: Metrics) -> None:
        if self._bar is not None:
            with suppress(OSError, ValueError):  # a terminal that has gone stops no training
                self._bar.update(images_done - self._bar.n)
                self._bar.set_postfix_str(_line(metrics))

    def _close(self) -> None:
        if self._bar is not None:
            with suppress(OSError, ValueError):
                self._bar.close()
            self._bar = None

    @staticmethod
    def _title(trainer: Trainer, ahead: int) -> str:
        total = trainer.recipe.epochs
        return f"epoch {trainer.epoch + ahead:>{len(str(total))}}/{total}"


class MetricsLog(Callback):
    """Appends each epoch's metrics to a file, one JSON object a line, waiting for the disk.

    On resuming, lines of epochs after the checkpoint are dropped: they are run again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_train_begin(self, trainer: Trainer) -> None:
        """Write the epochs that are done, which drops any others."""
        lines = [json.dumps(metrics) + "\n" for metrics in trainer.history]
        write_text(self._path, "".join(lines))

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Append a line."""
        with (
            output_errors(self._path),
            self._path.open("a", encoding="utf-8", newline="\n") as file,
        ):
            file.write(json.dumps(metrics) + "\n")
            sync_file(file)


class Checkpoints(Callback):
    """Keeps the last epoch, and the one with the lowest validation loss where one is measured."""

    def __init__(self, last: Path, best: Path) -> None:
        self._last, self._best = last, best

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Write the checkpoints; the last one last, so that it never is ahead of the best."""
        checkpoint = Checkpoint(
            trainer.weights(), trainer.tensors(), trainer.history, to_table(trainer.recipe)
        )
        if best_epoch(trainer.history) == trainer.epoch:
            save_checkpoint(self._best, checkpoint)
        save_checkpoint(self._last, checkpoint)


class EarlyStopping(Callback):
    """Stops when the validation loss has not fallen for some epochs, and takes the best weights.

    The measure is computed from the history, so a resumed run stops where an unbroken one does.

    The weights of the best epoch are kept in memory, and so known only if it was in this process;
    a run folder has them in ``checkpoint/best`` in any case.

    Args:
        patience: Epochs without a lower validation loss before stopping, at least 1.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._kept: dict[str, Tensor] | None = None

    def on_train_begin(self, trainer: Trainer) -> None:
        """Stop at once where a resumed run had stopped."""
        self._decide(trainer)

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Decide whether to go on."""
        if best_epoch(trainer.history) == trainer.epoch:
            self._kept = trainer.weights()
        self._decide(trainer)

    def on_train_end(self, trainer: Trainer) -> None:
        """Take the weights of the best epoch, if training has ended."""
        ended = trainer.stop or trainer.epoch == trainer.recipe.epochs
        if ended and self._kept is not None:
            trainer.set_weights(self._kept)

    def _decide(self, trainer: Trainer) -> None:
        best = best_epoch(trainer.history)
        trainer.stop = best is not None and trainer.epoch - best >= self._patience


class TensorBoard(Callback):
    """Writes the metrics as TensorBoard event files."""

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise MissingExtraError("train", "writing TensorBoard files", error) from error
        self._make_writer = SummaryWriter
        self._folder = folder
        self._writer: Any = None

    def on_train_begin(self, trainer: Trainer) -> None:
        """Open the files; epochs of a resumed run that will be run again are hidden."""
        with output_errors(self._folder):
            self._writer = self._make_writer(str(self._folder), purge_step=trainer.epoch + 1)

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Write one scalar a metric; loss and accuracy share a chart with their validation."""
        for name, value in metrics.items():
            if name != "epoch":
                part, _, metric = name.rpartition("_")
                chart = f"{metric}/{part or 'train'}" if metric in ("loss", "accuracy") else name
                self._writer.add_scalar(chart, value, int(metrics["epoch"]))
        self._writer.flush()

    def on_train_end(self, trainer: Trainer) -> None:
        """Close the files."""
        if self._writer is not None:
            self._writer.close()


class LivePage(Callback):
    """Keeps a local page of the curves that reloads itself until training ends."""

    def __init__(self, path: Path, show: Callable[[str], object] | None = None) -> None:
        with report_extra():  # before a run is begun that would end here
            from tenfold.report.live import write_live_page
        self._write_page = write_live_page
        self._path = path
        self._show = show  # called with the page's address once it is there

    def on_train_begin(self, trainer: Trainer) -> None:
        """Write the page for the first time."""
        self._write(trainer, finished=False)
        if self._show is not None:
            self._show(self._path.resolve().as_uri())

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Write the page with the new epoch."""
        self._write(trainer, finished=False)

    def on_train_end(self, trainer: Trainer) -> None:
        """Write the page for the last time, without the reloading."""
        self._write(trainer, finished=True)

    def _write(self, trainer: Trainer, *, finished: bool) -> None:
        self._write_page(
            self._path,
            trainer.recipe.name,
            trainer.history,
            finished=finished,
            total_epochs=trainer.recipe.epochs,
        )


class NotebookCurves(Callback):
    """Redraws the curves in a notebook's output cell after each epoch."""

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        """Replace the figure."""
        from IPython.display import clear_output, display

        from tenfold.report.live import live_figure

        clear_output(wait=True)
        display(live_figure(trainer.history))


def best_epoch(history: list[Metrics]) -> int | None:
    """Return the first epoch with the lowest validation loss; None where none was measured."""
    losses = [
        (metrics["validation_loss"], int(metrics["epoch"]))
        for metrics in history
        if "validation_loss" in metrics
    ]
    return min(losses)[1] if losses else None


def _line(metrics: Metrics) -> str:
    """Return loss and accuracy, and those of the validation images, on one line."""
    parts = [f"loss {metrics['loss']:.4f}", f"acc {100 * metrics['accuracy']:.2f} %"]
    if "validation_loss" in metrics:
        parts.append(f"val loss {metrics['validation_loss']:.4f}")
        parts.append(f"val acc {100 * metrics['validation_accuracy']:.2f} %")
    return "  ".join(parts)
