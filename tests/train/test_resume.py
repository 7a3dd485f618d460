"""A run that was stopped and resumed ends bit by bit as one that was not."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import tiny
from tenfold.data import MNIST
from tenfold.errors import DataError, OutputError, RecipeError, RunError
from tenfold.model import read_card
from tenfold.train import fit, training
from tenfold.train.checkpoint import load_checkpoint
from tenfold.train.export import export_run
from tenfold.train.fit import Callback, Metrics, Trainer
from tenfold.train.recipe import Recipe, Validation
from tenfold.train.runs import Run, open_run
from tenfold.train.training import TrainingPlan, train_run

SCRIPT = Path(__file__).with_name("interrupted.py")


class Stopped(BaseException):
    """What a person's Ctrl-C is to a training."""


class StopAfter(Callback):
    """Stops the training at the end of an epoch, or within the next one."""

    def __init__(self, epoch: int, *, within: bool = False) -> None:
        self.epoch, self.within = epoch, within

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        if trainer.epoch == self.epoch and not self.within:
            raise Stopped

    def on_progress(self, trainer: Trainer, images_done: int, metrics: Metrics) -> None:
        if trainer.epoch == self.epoch and self.within and images_done > 100:
            raise Stopped


def train(
    recipe: Recipe | None,
    folder: Path,
    data: MNIST,
    callbacks: Sequence[Callback] = (),
    *,
    resume: bool = False,
    force: bool = False,
) -> Run:
    return train_run(TrainingPlan(recipe, folder, resume=resume, force=force), data, callbacks)


def stop(recipe: Recipe, folder: Path, data: MNIST, at: StopAfter) -> None:
    with pytest.raises(Stopped, match=r"^$"):
        train(recipe, folder, data, [at])
    assert not (folder / "model").exists()


@pytest.mark.parametrize("name", tiny.RECIPES)
def test_stopped_after_each_epoch_and_resumed(name: str, mnist: MNIST, tmp_path: Path) -> None:
    recipe = tiny.RECIPES[name]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(recipe, whole, mnist)
    for epoch in range(1, recipe.epochs + 1):
        with pytest.raises(Stopped, match=r"^$"):
            train(recipe, parts, mnist, [StopAfter(epoch)], resume=True)
    train(None, parts, mnist, resume=True)
    assert tiny.trained(parts) == tiny.trained(whole)


@pytest.mark.parametrize("name", ["adam", "dropout", "convolution"])
def test_stopped_within_an_epoch_and_resumed(
    name: str, mnist: MNIST, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(tiny.RECIPES[name], whole, mnist)
    monkeypatch.setattr(fit, "_PROGRESS_INTERVAL", 0.0)
    stop(tiny.RECIPES[name], parts, mnist, StopAfter(0, within=True))
    stop_again = StopAfter(2, within=True)
    with pytest.raises(Stopped, match=r"^$"):
        train(None, parts, mnist, [stop_again], resume=True)
    train(None, parts, mnist, resume=True)
    assert tiny.trained(parts) == tiny.trained(whole)


def interrupted(*arguments: str, threads: int = 1) -> str:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"OMP_NUM_THREADS": str(threads)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_killed_at_points_of_writing_and_resumed(tmp_path: Path) -> None:
    """A kill before each eleventh rename, sync, removal and so on of a whole run."""
    touches = int(interrupted("validated", str(tmp_path / "whole"), "points"))
    assert touches > 100
    numbers = [str(number) for number in range(3, touches + 1, 11)]
    interrupted("validated", str(tmp_path), "at", *numbers)
    whole = tiny.trained(tmp_path / "whole")
    for number in numbers:
        resumed = tmp_path / f"at-{number}"
        assert tiny.trained(resumed) == whole, f"killed at point {number}"
        leftovers = [path for path in resumed.rglob(".*") if path.is_dir()]
        assert leftovers == [], f"killed at point {number}"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["dropout", "convolution"])
def test_killed_again_and_again_at_any_moment_and_resumed(
    name: str, threads: int, tmp_path: Path
) -> None:
    interrupted(name, str(tmp_path / "whole"), "points", threads=threads)
    delays = [f"{0.05 + 0.037 * count:.3f}" for count in range(8)]
    kills = int(interrupted(name, str(tmp_path / "killed"), "after", *delays, threads=threads))
    assert kills >= 3
    assert tiny.trained(tmp_path / "killed") == tiny.trained(tmp_path / "whole")


def test_a_finished_run_is_left_as_it_is(mnist: MNIST, run: Path) -> None:
    train(tiny.BASE, run, mnist)
    before = tiny.files_of(run)
    assert train(tiny.BASE, run, mnist, resume=True).finished
    assert tiny.files_of(run) == before


@pytest.mark.parametrize("file", ["card.json", "model.onnx", "model.safetensors"])
def test_a_damaged_model_of_a_finished_run_is_exported_again(
    file: str, mnist: MNIST, run: Path
) -> None:
    train(tiny.BASE, run, mnist)
    before = tiny.trained(run)
    (run / "model" / file).write_bytes(b"damaged")
    train(None, run, mnist, resume=True)
    assert tiny.trained(run) == before
    read_card(run / "model")


def test_a_folder_whose_name_is_no_text(mnist: MNIST, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    stop(tiny.BASE, folder, mnist, StopAfter(1))
    train(None, folder, mnist, resume=True)
    train(tiny.BASE, tmp_path / "plain", mnist)
    assert tiny.trained(folder) == tiny.trained(tmp_path / "plain")


@pytest.mark.parametrize("recipe", ["", "title = 'soup'", "[damaged"])
@pytest.mark.parametrize(
    "name", ["model", "figures", "checkpoint", "report.html", "environment.json"]
)
def test_force_removes_nothing_where_there_is_no_run(
    name: str, recipe: str, mnist: MNIST, run: Path
) -> None:
    run.mkdir()
    if recipe:
        (run / "recipe.toml").write_text(recipe)
    path = run / name
    if path.suffix:
        path.write_text("mine")
    else:
        path.mkdir()
        (path / "file").write_text("mine")
    before = tiny.files_of(run)
    with pytest.raises(OutputError, match=rf"{name}: would be replaced, but .* is no run folder"):
        train(tiny.BASE, run, mnist, force=True)
    assert {
        file: content for file, content in tiny.files_of(run).items() if file != ".lock"
    } == before


@pytest.mark.parametrize(
    "name",
    [
        "model/notes.txt",
        "model/.notes",
        "checkpoint/last/copy/a.bin",
        "figures/mine.svg",
        "tensorboard/x",
    ],
)
def test_force_removes_no_file_that_a_person_put_into_a_run(
    name: str, mnist: MNIST, run: Path
) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))
    (run / name).parent.mkdir(parents=True, exist_ok=True)
    (run / name).write_text("mine")
    before = tiny.files_of(run)
    with pytest.raises(OutputError, match=rf"{name}: would be lost"):
        train(tiny.BASE, run, mnist, force=True)
    assert tiny.files_of(run) == before


def test_resuming_what_was_never_started_starts_it(mnist: MNIST, run: Path, tmp_path: Path) -> None:
    train(tiny.BASE, tmp_path / "plain", mnist)
    train(tiny.BASE, run, mnist, resume=True)
    assert tiny.trained(run) == tiny.trained(tmp_path / "plain")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"epochs": 7}, "epochs is 7, was 3; leave", id="epochs"),
        pytest.param({"seed": 1}, "seed is 1, was 0; leave", id="seed"),
        pytest.param(
            {"optimizer": tiny.RMSprop()},
            r"optimizer.beta_1 is None, was 0.9; .*optimizer.kind is 'rmsprop', was 'adam'",
            id="optimizer",
        ),
        pytest.param(
            {"network": (tiny.Flatten(), tiny.Dense(units=9), tiny.OUTPUTS)},
            r"network.1.activation is 'linear', was 'relu'; network.1.units is 9, was 12",
            id="network",
        ),
    ],
)
def test_another_recipe_is_refused_by_field(
    changes: dict[str, object], message: str, mnist: MNIST, run: Path
) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))
    before = tiny.files_of(run)
    with pytest.raises(RecipeError, match=f"--resume: the recipe must be the one .*{message}"):
        train(replace(tiny.BASE, **changes), run, mnist, resume=True)
    assert tiny.files_of(run) == before


def test_a_recipe_changed_by_hand_is_refused(mnist: MNIST, run: Path) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))
    path = run / "recipe.toml"
    path.write_text(path.read_text().replace("units = 12", "units = 13"))
    with pytest.raises(RunError, match=r"is no checkpoint of the recipe in .*recipe\.toml"):
        train(None, run, mnist, resume=True)


def test_force_killed_while_it_clears_the_folder_begins_anew(
    mnist: MNIST, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))

    def killed(folder: Path) -> None:
        (folder / "last" / "state.json").unlink()
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr("tenfold.train.run_files.shutil.rmtree", killed)
        with pytest.raises(Stopped, match=r"^$"):
            train(tiny.BASE, run, mnist, force=True)
    with pytest.raises(RunError, match=r"holds files and no recipe\.toml"):
        train(tiny.BASE, run, mnist, resume=True)
    train(tiny.BASE, run, mnist, force=True)
    train(tiny.BASE, tmp_path / "plain", mnist)
    assert tiny.trained(run) == tiny.trained(tmp_path / "plain")


def test_a_finished_run_s_recipe_changed_by_hand_is_refused(mnist: MNIST, run: Path) -> None:
    finished = train(tiny.BASE, run, mnist)
    path = run / "recipe.toml"
    path.write_text(path.read_text().replace("seed = 0", "seed = 7"))
    for use in (
        lambda: train(None, run, mnist, resume=True),
        lambda: export_run(open_run(run), run.with_name("out"), mnist.test),
    ):
        with pytest.raises(RunError, match=r"is no checkpoint of the recipe in .*recipe\.toml"):
            use()
    assert not run.with_name("out").exists()
    assert finished.recipe.seed == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [('"accuracy": 0.', '"accuracy": 2.'), ('"loss": ', '"loss": NaN, "was": ')],
    ids=["share-above-1", "nan"],
)
def test_metrics_that_cannot_be_are_refused(old: str, new: str, mnist: MNIST, run: Path) -> None:
    finished = train(tiny.BASE, run, mnist)
    text = finished.metrics.read_text()
    assert old in text
    finished.metrics.write_text(text.replace(old, new))
    with pytest.raises(RunError, match="line 1 must be the figures of that epoch"):
        finished.history()


def test_other_data_are_refused(mnist: MNIST, run: Path) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))
    other = replace(mnist, sums=dict.fromkeys(mnist.sums, "0" * 64))
    with pytest.raises(DataError, match=r"--resume: the data must be those .*SHA-256 differ"):
        train(None, run, other, resume=True)


def test_other_drawn_pictures_are_refused(
    mnist: MNIST, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade; what is finished stays, and what was never noted is believed."""
    recipe = tiny.RECIPES["negatives"]
    stop(recipe, run, mnist, StopAfter(1))
    monkeypatch.setattr(training, "drawn_digest", lambda _: "0" * 64)
    with pytest.raises(RunError, match="another tenfold, Pillow or Hershey-Fonts"):
        train(None, run, mnist, resume=True)
    monkeypatch.undo()
    finished = train(None, run, mnist, resume=True)
    monkeypatch.setattr(training, "drawn_digest", lambda _: "0" * 64)
    assert train(None, run, mnist, resume=True).history() == finished.history()


def test_resuming_without_a_recipe_needs_a_run(mnist: MNIST, run: Path) -> None:
    with pytest.raises(RunError, match=r"must be a run folder, but does not exist"):
        train(None, run, mnist, resume=True)


def test_a_new_run_needs_a_recipe(mnist: MNIST, run: Path) -> None:
    with pytest.raises(RunError, match="RECIPE: must be named, unless a run is resumed"):
        train(None, run, mnist)


class TrainTheSame(Callback):
    """Starts a second training of the same folder within the first."""

    def __init__(self, folder: Path, data: MNIST) -> None:
        self.folder, self.data, self.refusal = folder, data, ""

    def on_epoch_end(self, trainer: Trainer, metrics: Metrics) -> None:
        code = (
            "import sys, tiny; from pathlib import Path\n"
            "from tenfold.train.training import TrainingPlan, train_run\n"
            "train_run(TrainingPlan(tiny.BASE, Path(sys.argv[1]), resume=True), tiny.tiny_mnist())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(self.folder)],
            capture_output=True,
            text=True,
            cwd=Path(tiny.__file__).parent,
            timeout=120,
        )
        assert done.returncode != 0
        self.refusal = done.stderr


def test_a_second_process_is_refused(mnist: MNIST, run: Path, tmp_path: Path) -> None:
    second = TrainTheSame(run, mnist)
    train(replace(tiny.BASE, epochs=1), run, mnist, [second])
    assert "RunError" in second.refusal
    assert f"{run}: another process is training there; wait for it" in second.refusal
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_the_folder_is_free_again_after_an_error(mnist: MNIST, run: Path) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))
    train(None, run, mnist, resume=True)


@pytest.mark.parametrize("later", range(0, 24, 4))
def test_a_full_disk_leaves_the_last_checkpoint_whole(
    later: int, mnist: MNIST, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full from some sync after the first epoch on, and has space again later."""
    recipe = tiny.RECIPES["validated"]
    train(recipe, tmp_path / "whole", mnist)
    stop(recipe, run, mnist, StopAfter(1))
    real, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 1 + later:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
            train(None, run, mnist, resume=True)
    checkpoint = load_checkpoint(run / "checkpoint" / "last")
    assert checkpoint is not None
    assert len(checkpoint.history) in (1, 2, 3)
    train(None, run, mnist, resume=True)
    assert tiny.trained(run) == tiny.trained(tmp_path / "whole")


def test_a_place_below_a_file_cannot_be_written(mnist: MNIST, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"file.*: cannot be written \((Not a dir|File exists)"):
        train(tiny.BASE, tmp_path / "file" / "run", mnist)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_run_is_not_overwritten_without_force(mnist: MNIST, run: Path) -> None:
    stop(tiny.BASE, run, mnist, StopAfter(1))
    before = tiny.files_of(run)
    with pytest.raises(OutputError, match="already holds files, and nothing is overwritten"):
        train(tiny.BASE, run, mnist)
    assert tiny.files_of(run) == before


def test_force_begins_anew_and_keeps_strange_files(mnist: MNIST, run: Path, tmp_path: Path) -> None:
    train(replace(tiny.RECIPES["validated"], seed=9), run, mnist)
    (run / "evaluation.json").write_text("{}")
    (run / "my-notes.txt").write_text("mine")
    train(tiny.BASE, run, mnist, force=True)
    train(tiny.BASE, tmp_path / "plain", mnist)
    assert tiny.trained(run) == tiny.trained(tmp_path / "plain")
    assert sorted(tiny.files_of(run)) == sorted(
        [*tiny.files_of(tmp_path / "plain"), "my-notes.txt"]
    )


@pytest.mark.parametrize("force", [False, True], ids=["new", "force"])
def test_what_cannot_be_trained_is_refused_before_anything_is_written(
    force: bool, mnist: MNIST, run: Path, tmp_path: Path
) -> None:
    table = {
        r"network.0: dense needs one axis": tiny.with_layers(tiny.OUTPUTS),
        r"network: must end in 10 outputs": tiny.with_layers(
            tiny.Flatten(), tiny.Dense(units=9, activation="softmax")
        ),
        r"validation.fraction: must leave images on both sides of 320": replace(
            tiny.BASE, validation=Validation(method="last_fraction", fraction=0.9999)
        ),
    }
    for message, recipe in table.items():
        with pytest.raises(RecipeError, match=message):
            train(recipe, run, mnist, force=force)
        assert list(tmp_path.iterdir()) == []


def early(patience: int) -> Recipe:
    """A large step: the validation loss rises in epochs 7, 10 and 11."""
    return replace(
        tiny.BASE,
        optimizer=tiny.Adam(learning_rate=0.03),
        validation=Validation(method="last_fraction", fraction=0.25),
        epochs=40,
        batch_size=16,
        patience=patience,
    )


@pytest.mark.parametrize("patience", [1, 2])
def test_early_stopping_exports_the_best_epoch(
    patience: int, mnist: MNIST, run: Path, tmp_path: Path
) -> None:
    recipe = early(patience)
    train(recipe, run, mnist)
    rows = tiny.losses(run / "metrics.jsonl")
    held = [row["validation_loss"] for row in rows]
    best = held.index(min(held)) + 1
    assert len(rows) == best + patience < recipe.epochs
    for folder in ("last", "best"):
        checkpoint = load_checkpoint(run / "checkpoint" / folder)
        assert checkpoint is not None
        assert len(checkpoint.history) == (best if folder == "best" else best + patience)
    model = (run / "model" / "model.safetensors").read_bytes()
    assert model == (run / "checkpoint/best/model.safetensors").read_bytes()
    train(replace(recipe, epochs=best, patience=0), tmp_path / "short", mnist)
    assert model == (tmp_path / "short" / "model" / "model.safetensors").read_bytes()


def test_early_stopping_is_the_same_after_resuming(mnist: MNIST, run: Path, tmp_path: Path) -> None:
    train(early(2), tmp_path / "whole", mnist)
    epochs = len(tiny.losses(tmp_path / "whole" / "metrics.jsonl"))
    for epoch in range(1, epochs + 1):
        with pytest.raises(Stopped, match=r"^$"):
            train(early(2), run, mnist, [StopAfter(epoch)], resume=True)
    train(None, run, mnist, resume=True)
    assert tiny.trained(run) == tiny.trained(tmp_path / "whole")
