"""``tenfold export``: a run to a model folder."""

from __future__ import annotations

from pathlib import Path

import click

from tenfold.cli.output import note
from tenfold.cli.paths import FOLDER, PATH
from tenfold.errors import MissingExtraError, RunError

__all__ = ["export"]


@click.command()
@click.argument("run", type=PATH)
@click.option(
    "--out",
    type=FOLDER,
    metavar="MODEL",
    help="Model folder; RUN-model beside the run when not given.",
)
@click.option(
    "--calibration",
    type=PATH,
    metavar="HELD",
    help="A run of the same recipe that held training images out: on them temperature and "
    "thresholds are fitted.",
)
@click.option("--force", is_flag=True, help="Replace a model that is there.")
def export(run: Path, out: Path | None, calibration: Path | None, force: bool) -> None:
    """Turn RUN into a model folder: ONNX and safetensors weights, a card, a README.

    The ONNX graph is compared with PyTorch on all 10,000 test images: the same digit everywhere and
    probabilities equal to 1e-4. A mismatch fails the export, and nothing is written. A run that
    has not finished is exported as it is after its last epoch.

    \b
    Examples:
      tenfold export runs/conv-3 --out digits
      tenfold classify photo.png --model digits
      tenfold train conv-3 --out held --set validation.method=last_fraction
      tenfold export runs/conv-3 --out digits --calibration held
    """
    from tenfold.files import new_folder, refuse_foreign, refuse_used

    try:
        from tenfold.train.export import MODEL_FILES, export_run
        from tenfold.train.runs import open_run
    except ImportError as error:
        raise MissingExtraError("train", "exporting a run", error) from error
    from tenfold.data import load_mnist

    opened = open_run(run)
    figures = _figures(run)
    folder = out if out is not None else _beside(run)
    refuse_used(folder, force=force)
    refuse_foreign(folder, MODEL_FILES, marker="card.json")
    data = load_mnist()
    test = data.test
    fitted = None
    if calibration is not None:
        from tenfold.train.calibrate import calibrate_by_run

        fitted = calibrate_by_run(opened, open_run(calibration), data)
    existed = folder.exists()
    new_folder(folder, force=force)
    try:
        export_run(opened, folder, test, figures, calibration=fitted, force=force)
    finally:
        if not existed and not any(folder.iterdir()):
            folder.rmdir()
    click.echo(str(folder))
    note(f"ONNX Runtime and PyTorch agree on all {len(test):,} test images")


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

    keys = ("images", "accuracy", "accuracy_interval", "loss")
    try:
        evaluation = read_json(path)
        if evaluation["model"] != read_card(run / "model").sha256["model.onnx"]:
            raise RunError(
                f"{path}: is about other weights than the run's; evaluate the run again, "
                "or remove the file"
            )
        return {str(evaluation["data"]): {key: evaluation[key] for key in keys}}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            f"{path}: must be what tenfold evaluate writes, but {type(error).__name__}: {error}; "
            "evaluate the run again, or remove the file"
        ) from error
