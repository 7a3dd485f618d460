"""``tenfold evaluate``: what a model is worth on labelled images."""

from __future__ import annotations

import os
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.answers import answer_options
from tenfold.cli.evaluate_special import special_evaluation, special_text
from tenfold.cli.output import json_option, note, percent, printable, table
from tenfold.cli.paths import FILE, FOLDER, MODEL, refuse_existing
from tenfold.errors import DataError, MissingExtraError, OutputError
from tenfold.files import json_text
from tenfold.preprocess import picture_to_glyph
from tenfold.values import Split

if TYPE_CHECKING:
    from tenfold.model import Model

__all__ = ["evaluate"]


@click.command()
@click.argument("model", type=MODEL)
@click.option(
    "--data",
    metavar="SET",
    help="mnist (when not given), held-out, optdigits, corrupted, not-digits, not-digits=FOLDER; "
    "or labelled images: a folder, CSV, Parquet, npz, IDX or the name of an imported set.",
)
@click.option(
    "--read",
    "pages",
    type=FOLDER,
    metavar="FOLDER",
    help="Read the numbers on its pictures, and compare with its labels.csv: file,text with | "
    "between lines and a space between numbers.",
)
@click.option(
    "--decimal",
    is_flag=True,
    help="With --read: points, commas and a minus are read and compared; without it, those in "
    "labels are left out, 12.50 being 1250.",
)
@click.option(
    "--split",
    type=click.Choice(["test", "train"]),
    default="test",
    show_default=True,
    help="The part of a set that is divided into two.",
)
@click.option(
    "--report",
    type=FOLDER,
    metavar="DIR",
    help="Write a page with all figures; into a run's own folder, with its training.",
)
@click.option(
    "--outputs",
    type=FILE,
    metavar="FILE",
    help="Write the network's outputs, one row an image, as .npy or .csv.",
)
@answer_options
@click.option("--keep", is_flag=True, help="Write the main figures into the model's card.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@json_option
def evaluate(
    model: str,
    data: str | None,
    pages: Path | None,
    decimal: bool,
    split: str,
    report: Path | None,
    outputs: Path | None,
    accuracy: float | None,
    threshold: float | None,
    keep: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Measure MODEL: accuracy, loss, classes, calibration, worst errors.

    MODEL is one that comes with the package (tenfold models lists them), a model folder, or the
    run folder of a finished training.

    The accuracy comes with its 95 % interval: with 10,000 images two models whose intervals
    overlap widely may be equally good. Intervals of --read go by how pictures differ, as numbers on
    one picture are read well or badly together.

    \b
    Examples:
      tenfold evaluate runs/conv-3
      tenfold evaluate runs/conv-3 --report runs/conv-3     the page is runs/conv-3/report.html
      tenfold evaluate my-model --data my-digits.csv --json
      tenfold evaluate my-model --outputs probabilities.npy
      tenfold evaluate runs/conv-3 --data held-out          training images that the run left out
      tenfold evaluate base --data corrupted                MNIST-C's fifteen corruptions
      tenfold evaluate base --data optdigits                scikit-learn's digits of 8 x 8 pixels
      tenfold evaluate base --data not-digits=pictures/     how many of them are refused
      tenfold evaluate base --read photos/                  whole numbers on photos
    """
    if pages is not None:
        _refuse_options(
            "--read", "--read", data=data, split=split != "test", outputs=outputs, keep=keep
        )
        return _evaluate_pages(model, pages, report, (accuracy, threshold), decimal, force, as_json)
    if decimal:
        raise click.UsageError("--decimal is how numbers are read: give --read too")
    try:
        from tenfold.train.evaluation_files import (
            evaluate_model,
            keep_figures,
            main_figures,
            write_outputs,
        )
    except ImportError as error:
        raise MissingExtraError("train", "evaluating a model", error) from error

    from tenfold.model import choose_thresholds

    if data == "mnist":
        data = None
    if data is not None and data.partition("=")[0] in ("corrupted", "not-digits"):
        _refuse_options(
            data,
            "--data",
            split=split != "test",
            report=report,
            outputs=outputs,
            accuracy=accuracy,
            threshold=threshold,
        )
        return _evaluate_special(_loaded(model, keep=keep), data, keep=keep, as_json=as_json)
    if data == "held-out":
        _refuse_options(data, "--data", split=split != "test")
    _check_outputs(outputs, force=force)
    own = data is None and split == "test" and _is_own(model, report)
    if report is not None and not own:
        _check_report(model, report, force=force)
    loaded = _loaded(model, keep=keep)
    thresholds, _ = choose_thresholds(loaded.card, accuracy, threshold)
    name = f"MNIST {split}" if data is None else data
    images = _held_out(model) if data == "held-out" else _images(data, split)
    evaluation, network_outputs = evaluate_model(loaded, images, name, thresholds=thresholds)
    if outputs is not None:
        write_outputs(outputs, network_outputs)
        note(f"outputs: {outputs}")
    if keep:
        keep_figures(loaded, {name: main_figures(evaluation)})
    if report is not None:
        page = _write_report(model, report, evaluation, network_outputs, images, own=own)
        note(f"the page with all figures: {page}")
    click.echo(json_text(evaluation, indent=2) if as_json else _as_text(evaluation))
    return 0


def _refuse_options(what: str, option: str, **options: Any) -> None:
    """Refuse those options, by name, that are given and make no sense for what is measured."""
    for name, value in options.items():
        if value is not None and value is not False:
            raise click.BadParameter(f"{what} has no --{name}", param_hint=option)


def _evaluate_pages(
    model: str,
    folder: Path,
    report: Path | None,
    limits: tuple[float | None, float | None],
    decimal: bool,
    force: bool,
    as_json: bool,
) -> int:
    """Measure how well whole numbers are read."""
    from tenfold.cli.evaluate_reading import evaluate_reading, reading_text
    from tenfold.data import load_page_labels
    from tenfold.folders import new_folder, refuse_used
    from tenfold.reader import Reader

    if report is not None:
        from tenfold.report.extra import check_pages

        check_pages()
        refuse_used(report, force=force)
    labels = load_page_labels(folder)
    reader = Reader(model, accuracy=limits[0], threshold=limits[1], threads=1)
    if report is not None:
        new_folder(report, force=force)
    result = evaluate_reading(reader, labels, folder.name or str(folder), report, decimal=decimal)
    click.echo(json_text(result, indent=2) if as_json else reading_text(result))
    return 1 if result["failed"] else 0


def _loaded(model: str, *, keep: bool) -> Model:
    """Return the model; one whose card cannot keep figures is refused before it is measured."""
    from tenfold.model import load_model
    from tenfold.train.evaluation_files import refuse_included

    loaded = load_model(model)
    if keep:
        refuse_included(loaded)
    return loaded


def _evaluate_special(model: Model, data: str, *, keep: bool, as_json: bool) -> int:
    from tenfold.train.evaluation_files import keep_figures, main_figures

    result = special_evaluation(model, data)
    if keep:
        keep_figures(model, {result["data"]: main_figures(result)})
    click.echo(json_text(result, indent=2) if as_json else special_text(result))
    return 1 if result.get("failed") else 0


def _images(data: str | None, split: str) -> Split:
    """Return the labelled images that ``--data`` names."""
    from tenfold.data import load_labelled, load_mnist
    from tenfold.train.evaluation_sets import load_optdigits

    if data is None:
        images: Split = getattr(load_mnist(), split)
        return images
    if data == "optdigits":
        return load_optdigits()
    try:
        return load_labelled(data, split=split, prepare=picture_to_glyph)
    except DataError as error:
        if os.path.exists(data):  # noqa: PTH110 - never raises
            raise
        own = "held-out, optdigits, corrupted, not-digits or not-digits=FOLDER"
        raise DataError(f"{error}; or, to measure a model on, {own}") from error


def _held_out(model: str) -> Split:
    """Return the training images that a run left out."""
    from tenfold.data import load_mnist
    from tenfold.train.calibrate import held_out_images
    from tenfold.train.runs import open_run

    return held_out_images(open_run(Path(model)), load_mnist())


def _check_outputs(path: Path | None, *, force: bool) -> None:
    """Refuse a place for the outputs before the work is done."""
    if path is None:
        return
    if path.suffix not in (".npy", ".csv"):
        raise click.BadParameter("must end in .npy or .csv", param_hint="--outputs")
    refuse_existing(path, force=force)


def _is_own(model: str, report: Path | None) -> bool:
    """Tell whether the report goes into the folder of the run it is about."""
    is_run = Path(model, "recipe.toml").is_file()
    return report is not None and is_run and report.resolve() == Path(model).resolve()


def _check_report(model: str, report: Path, *, force: bool) -> None:
    """Refuse a place for a page before the work is done."""
    from tenfold.folders import refuse_used

    if _is_own(model, report):
        raise OutputError(
            f"{report}: a run's own folder keeps its report on MNIST's test images; "
            "name another folder for a report on other data"
        )
    refuse_used(report, force=force)


def _write_report(
    model: str,
    folder: Path,
    evaluation: dict[str, Any],
    outputs: Any,
    split: Split,
    *,
    own: bool,
) -> Path:
    from tenfold.files import write_json
    from tenfold.folders import ensure_folder
    from tenfold.report.run_report import evaluation_page, write_run_report
    from tenfold.train.evaluation_files import write_outputs

    if own:
        write_json(folder / "evaluation.json", evaluation)
        write_outputs(folder / "outputs.npy", outputs)
        return write_run_report(folder, split.images, split.labels)
    ensure_folder(folder)
    return evaluation_page(
        folder, evaluation, split.images, split.labels, title=Path(model).name, outputs=outputs
    )


def _as_text(evaluation: dict[str, Any]) -> str:
    low, high = evaluation["accuracy_interval"]
    right = round(evaluation["accuracy"] * evaluation["images"])
    ece = evaluation["calibration"]["expected_calibration_error"]
    blocks = (
        f"{evaluation['data']}: {evaluation['images']:,} images\n"
        f"accuracy  {percent(evaluation['accuracy'])}  "
        f"({right:,} right; 95 % interval {percent(low)} to {percent(high)})\n"
        f"loss      {evaluation['loss']:.4f}\n"
        f"ECE       {percent(ece)}  (mean distance between confidence and accuracy)"
        + _labels_text(evaluation.get("labels"))
        + _answers_text(evaluation["answers"]),
        _classes_text(evaluation["classes"]),
        _confusion_text(evaluation["confusion"]),
        _refusal_text(evaluation["risk_coverage"]["at"]),
        _errors_text(evaluation["worst_errors"][:5]),
    )
    return "\n\n".join(blocks)


def _labels_text(labels: dict[str, float] | None) -> str:
    """Return what the accuracy is by labels that people agree on."""
    if labels is None:
        return ""
    return (
        f"\nlabels    {percent(labels['ten_corrected'])} with ten labels corrected, "
        f"{percent(labels['without_fifteen'])} without the fifteen doubtful images"
    )


def _answers_text(answers: dict[str, Any]) -> str:
    """Return what comes of refusing by the thresholds that hold."""
    if not answers["thresholds"]:
        return ""
    reasons = ", ".join(
        f"{count:,} {reason.replace('_', ' ')}" for reason, count in answers["refused"].items()
    )
    right = f", {percent(answers['accuracy'])} of them right" if answers["answered"] else ""
    return (
        f"\nanswered  {percent(answers['answered'])} from confidence "
        f"{answers['thresholds'].get('unsure', 0.0):.4f}{right}"
        + (f"; refused: {reasons}" if reasons else "")
    )


def _classes_text(classes: list[dict[str, Any]]) -> str:
    rows = [
        [
            str(row["digit"]),
            *(
                percent(row[key]) if row["support"] else "-"
                for key in ("precision", "recall", "f1")
            ),
            str(row["support"]),
        ]
        for row in classes
    ]
    return table(rows, ("digit", "precision", "recall", "F1", "images"))


def _confusion_text(confusion: list[list[int]]) -> str:
    rows = [
        [str(digit), *(str(count) if count else "·" for count in row)]
        for digit, row in enumerate(confusion)
    ]
    heading = "confusion matrix (rows: labels, columns: answers)\n"
    return heading + table(rows, ("", *(str(digit) for digit in range(10))))


def _refusal_text(points: list[dict[str, float]]) -> str:
    rows = [
        [
            percent(point["coverage"], 1),
            percent(point["accuracy"]),
            f"{point['threshold']:.4f}",
        ]
        for point in (next(alike) for _, alike in groupby(points, itemgetter("threshold")))
    ]
    return "refusing the least sure\n" + table(rows, ("answered", "accuracy", "from confidence"))


def _errors_text(errors: list[dict[str, Any]]) -> str:
    words = [
        f"{printable(error.get('name') or '#' + str(error['index']))} "
        f"{error['label']} read {error['guess']}"
        f" at {percent(error['confidence'], 1)}"
        for error in errors
    ]
    return "worst errors: " + (", ".join(words) or "none")
