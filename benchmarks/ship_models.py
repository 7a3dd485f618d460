"""Put finished runs into the package as a model that comes along, with its figures in the card.

    python benchmarks/ship_models.py NAME --calibration HELD [HELD ...] --runs RUN [RUN ...]
    python benchmarks/ship_models.py NAME --rescore SET [SET ...]

One run becomes a model, several a committee, which several that held images out calibrate. Weights
are kept as float16 in the graph alone; then the model is scored on every built-in set and takes its
place in ``src/tenfold/models``, where its forerunner goes. FOLDER may hold other people's pictures
of no digit, which are no part of the project (``--not-digits FOLDER``); what is refused of them
stands in the card too. ``--rescore`` measures a model that is there once more on some sets.
Speeds are measured of all models in one run, on an idle machine:
``python benchmarks/model_speed.py --keep``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from recipe_seeds import BUILT_IN, evaluations
from tenfold.data import load_mnist
from tenfold.folders import replace_folder
from tenfold.model import load_model
from tenfold.train.calibrate import calibrate_by_runs
from tenfold.train.evaluation_files import keep_figures, main_figures, write_figures
from tenfold.train.export import MODEL_FILES, Form, export_committee, export_run
from tenfold.train.not_digits import evaluate_not_digits_in
from tenfold.train.runs import Run, open_run

MODELS = Path(__file__).parents[1] / "src" / "tenfold" / "models"
OTHERS = "not-digits of others"  # what figures on FOLDER are kept under
FORM = Form(half=True, safetensors=False)


def export(name: str, runs: list[Run], held: list[Run], folder: Path) -> None:
    """Write the model, calibrated where runs are given that held images out."""
    data = load_mnist()
    fitted = calibrate_by_runs(runs, held, data) if held else None
    if len(runs) == 1:
        export_run(runs[0], folder, data.test, calibration=fitted, form=FORM)
    else:
        export_committee(runs, folder, data.test, name, calibration=fitted, form=FORM)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of the folder in src/tenfold/models")
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--runs", nargs="+", type=Path, metavar="RUN")
    task.add_argument("--rescore", nargs="+", choices=BUILT_IN, metavar="SET")
    parser.add_argument("--calibration", nargs="+", default=[], type=Path, metavar="HELD")
    parser.add_argument("--not-digits", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.rescore:
        model = load_model(MODELS / options.name)
        write_figures(model, evaluations(model, options.rescore))
        return
    runs = [open_run(path) for path in options.runs]
    held = [open_run(path) for path in options.calibration]
    with replace_folder(MODELS / options.name, MODEL_FILES, marker="card.json") as folder:
        export(options.name, runs, held, folder)
        model = load_model(folder)
        figures = evaluations(model)
        if options.not_digits:
            found = evaluate_not_digits_in(options.not_digits, model, load_mnist().test)
            figures[OTHERS] = main_figures(found)
        keep_figures(model, figures)
    size = (MODELS / options.name / "model.onnx").stat().st_size
    print(f"{MODELS / options.name}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
