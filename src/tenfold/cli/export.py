"""``tenfold export``: a run to a model folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.output import note
from tenfold.cli.paths import FOLDER, PATH
from tenfold.errors import MissingExtraError, RunError

if TYPE_CHECKING:
    from tenfold.data import MNIST
    from tenfold.train.calibrate import Calibration
    from tenfold.train.runs import Run

__all__ = ["export"]


@click.command()
@click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--out",
    type=FOLDER,
    metavar="MODEL",
    help="Model folder; RUN-model beside the run when not given.",
)
@click.option(
    "--calibration",
    type=PATH,
    multiple=True,
    metavar="HELD",
    help="A run of the same recipe that held training images out: on them temperature and "
    "thresholds are fitted. A committee takes several, each behind an option of its own.",
)
@click.option("--half", is_flag=True, help="Keep weights in float16: half the size.")
@click.option("--graph-only", is_flag=True, help="Leave out model.safetensors.")
@click.option("--force", is_flag=True, help="Replace a model that is there.")
def export(
    runs: tuple[Path, ...],
    out: Path | None,
    calibration: tuple[Path, ...],
    half: bool,
    graph_only: bool,
    force: bool,
) -> None:
    """Turn RUN into a model folder: ONNX and safetensors weights, a card, a README.

    Several runs of one recipe become one model, a committee that averages their probabilities; it
    is called what --out is called.

    The ONNX graph is compared with PyTorch on all 10,000 test images: the same digit everywhere and
    probabilities equal to 1e-4; with --half, to 0.02, and digits whose probabilities are that near
    each other may differ. A mismatch fails the export, and nothing is written. A run that has not
    finished is exported as it is after its last epoch.

    \b
    Examples:
      tenfold export runs/conv-3 --out digits
      tenfold classify photo.png --model digits
      tenfold train conv-3 --out held --set validation.fraction=0.2
      tenfold export runs/conv-3 --out digits --calibration held
      tenfold export runs/first runs/second runs/third --out committee
    """
    from tenfold.folders import new_folder, refuse_foreign, refuse_used

    try:
        from tenfold.train.export import MODEL_FILES, Form, export_committee, export_run
        from tenfold.train.runs import open_run
    except ImportError as error:
        raise MissingExtraError("train", "exporting a run", error) from error
    from tenfold.data import load_mnist

    opened = [open_run(run) for run in runs]
    own = len(runs) == 1 and not calibration and not half  # the very graph of the run
    figures = _figures(runs[0]) if own else {}
    folder = out if out is not None else _beside(runs[0])
    refuse_used(folder, force=force)
    refuse_foreign(folder, MODEL_FILES, marker="card.json")
    data = load_mnist()
    fitted = _calibration(opened, calibration, data) if calibration else None
    form = Form(half=half, safetensors=not graph_only)
    existed = folder.exists()
    new_folder(folder, force=force)
    try:
        if len(opened) == 1:
            export_run(
                opened[0], folder, data.test, figures, calibration=fitted, form=form, force=force
            )
        else:
            name = folder.resolve().name
            export_committee(
                opened, folder, data.test, name, calibration=fitted, form=form, force=force
            )
    finally:
        if not existed and not any(folder.iterdir()):
            folder.rmdir()
    click.echo(str(folder))
    within = "to 0.02, with weights in float16" if half else "to 1e-4"
    note(f"ONNX Runtime and PyTorch agree on all {len(data.test):,} test images, {within}")


def _calibration(runs: Sequence[Run], held: Sequence[Path], data: MNIST) -> Calibration:
    from tenfold.train.calibrate import calibrate_by_runs
    from tenfold.train.runs import open_run

    return calibrate_by_runs(runs, [open_run(folder) for folder in held], data)


def _beside(run: Path) -> Path:
    """Return RUN-model; ``.`` and ``..`` have a name too, once it is looked up."""
    named = run if run.name not in ("", "..") else run.resolve()
    return named.with_name(f"{named.name}-model")


def _figures(run: Path) -> dict[str, object]:
    """Return the figures of a run that has been evaluated."""
    path = run / "evaluation.json"
    if not path.is_file():
        return {}
    from tenfold.files import read_json
    from tenfold.model import read_card
    from tenfold.train.evaluation_files import main_figures

    try:
        evaluation = read_json(path)
        if evaluation["model"] != read_card(run / "model").sha256["model.onnx"]:
            raise RunError(
                f"{path}: is about other weights than the run's; evaluate the run again, "
                "or remove the file"
            )
        return {str(evaluation["data"]): main_figures(evaluation)}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            f"{path}: must be what tenfold evaluate writes, but {type(error).__name__}: {error}; "
            "evaluate the run again, or remove the file"
        ) from error
