"""Writes the generated pages of docs/; with ``--check`` only compares them with the code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import model_cards

from results import RESULTS, current_rows, rows_of
from tenfold.train.recipes import RECIPES
from tenfold.train.settings import to_toml
from tenfold.train.shapes import parameter_count, summarise
from tenfold.train.shipped import SHIPPED
from tenfold.train.systems import SYSTEMS

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
_MODELS_START, _MODELS_END = "<!-- models: written by docs/generate.py -->", "<!-- end -->"
REMARKS: dict[str, tuple[str, ...]] = {
    "dense-128": (
        "Watched on the test set while training, as published: its figures are not blind.",
    ),
}
COMMANDS = (
    "",
    "classify",
    "data",
    "data fetch",
    "data verify",
    "data where",
    "data import",
    "data sample",
    "evaluate",
    "explore",
    "export",
    "models",
    "recipes",
    "read",
    "reproduce",
    "synthesize",
    "train",
    "train-strips",
)


def commands_page() -> str:
    """Return the page of all help texts."""
    parts = ["# Commands\n\nWhat `tenfold --help` and each command's `--help` print.\n"]
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "tenfold", *command.split(), "--help"],
            check=True,
            capture_output=True,
            text=True,
            env={"COLUMNS": "100", "PATH": "", "LANG": "C.UTF-8"},
        )
        title = f"tenfold {command}".strip()
        parts.append(f"\n## {title}\n\n```\n{done.stdout.rstrip()}\n```\n")
    return "".join(parts)


def recipes_page() -> str:
    """Return the page of all recipes and the claims of the published systems."""
    parts = [
        "# Recipes\n\nA recipe is a network and all that decides what its training makes of it. "
        "`tenfold train NAME` trains one, `--set key=value` changes any field shown here.\n"
    ]
    for recipe in RECIPES.values():
        parts.append(f"\n## {recipe.name}\n\n{recipe.summary[0].upper()}{recipe.summary[1:]}.\n\n")
        parts.append("| layer | output | parameters | from |\n|---|---|---:|---|\n")
        for layer in summarise(recipe.network):
            shape = " x ".join(str(side) for side in layer.output_shape)
            parts.append(
                f"| {layer.name} | {shape} | {layer.parameters:,} | {layer.arithmetic} |\n"
            )
        parts.append(f"| **together** | | **{parameter_count(recipe.network):,}** | |\n")
        if recipe.name in SYSTEMS:
            parts.append("\nThe published text claims:\n\n")
            parts += [f"- {claim.words}\n" for claim in SYSTEMS[recipe.name].claims]
            if SYSTEMS[recipe.name].errata:
                parts.append("\nIt errs in this:\n\n")
            for erratum in SYSTEMS[recipe.name].errata:
                parts.append(f"- *{erratum.published}* {erratum.correct}\n")
        parts.append(f"\n```toml\n{to_toml(recipe).rstrip()}\n```\n")
    return "".join(parts)


def reproduce_page() -> str:
    """Return the page of the reproductions on record."""
    parts = [
        "# The published systems, reproduced\n\n"
        "Five public notebooks train a network on MNIST with Keras. "
        "`tenfold reproduce SYSTEM --seeds N --report DIR` trains one with Keras's exact semantics "
        "and sets what it measures beside what was claimed; `all` takes the five and compares "
        "them. Stopped, the same command goes on where it was. "
        "[Reading the reports](report.md) explains every figure, [recipes](recipes.md) has each "
        "system's layers, claims and what its text got wrong.\n\n"
        "Figures are means over the seeds with their sample standard deviation. Training figures "
        "are those of the last epoch's log, as the published texts give them: running means while "
        "the weights change, with dropout on. Where a claim is close, there are ten seeds instead "
        "of five. *Reached by* counts the seeds at least as good as the claim, which is one run.\n"
    ]
    results = json.loads((RESULTS / "reproduction.json").read_text(encoding="utf-8"))
    for result in results:
        machine, commits = result["environment"], sorted(set(result["commits"]))
        parts.append(
            f"\n## {result['system']}\n\n"
            f"`{result['command']}` with OMP_NUM_THREADS={machine['threads']}, commit "
            f"{', '.join(commits)}, {machine['date'][:10]}, {machine['processor']}, "
            f"PyTorch {machine['versions']['torch']}.\n\n"
            "| figure | claimed | mean | spread | reached by | each seed |\n"
            "|---|---:|---:|---:|---:|---|\n"
        )
        for metric, figure in result["measured"].items():
            if metric != "parameters":
                parts.append(_figure_row(metric, figure, result["claimed"].get(metric)))
        parts += [f"\n{line}\n" for line in REMARKS.get(result["system"], ())]
    return "".join(parts)


def _figure_row(metric: str, figure: dict[str, Any], claimed: float | None) -> str:
    """Return one row: accuracies in per cent, losses in nats, epochs as they are."""
    share = "accuracy" in metric or metric == "overfitting_gap"

    def show(value: float | None) -> str:
        if value is None:
            return "–"
        if metric == "epoch_claim_passed":
            return f"{value:.3g}"
        return f"{100 * value:.2f}" if share else f"{value:.4f}"

    name = metric.replace("_", " ") + (", %" if share else "")
    seeds = " ".join(show(value) for value in figure["values"])
    spread = "–" if figure["std"] is None else f"± {show(figure['std'])}"
    first = "" if claimed is None else show(claimed)
    reached = "" if claimed is None else _reached(metric, figure["values"], claimed)
    return f"| {name} | {first} | {show(figure['mean'])} | {spread} | {reached} | {seeds} |\n"


def _reached(metric: str, values: list[float | None], claimed: float) -> str:
    """Return how many of the seeds are at least as good as what was claimed."""
    sign = -1 if "loss" in metric else 1
    good = sum(value is not None and sign * value >= sign * claimed for value in values)
    return f"{good} of {len(values)}"


def speed_page() -> str:
    """Return the page of the speeds on record: the latest row of each system."""
    latest = {row["system"]: row for row in rows_of("training_speed.csv")}
    some = next(iter(latest.values()))
    parts = [
        "# Speed\n\n## Training\n\n"
        "Seconds an epoch, beside Keras on TensorFlow with the same network, batch, images and "
        "validation, each in a process of its own, in turns epoch by epoch: the median of "
        f"{some['epochs']} epochs after a warm-up. `make bench` measures it; run it on an idle "
        "machine, because two threads that wait for each other suffer from any third.\n\n"
        "| system | Keras | tenfold | times as fast | goal |\n|---|---:|---:|---:|---:|\n"
    ]
    parts += [
        f"| {row['system']} | {float(row['keras_seconds']):.2f} s "
        f"| {float(row['tenfold_seconds']):.2f} s | {float(row['ratio']):.1f} "
        f"| {_goal(row['system'], float(row['ratio']))} |\n"
        for row in latest.values()
    ]
    parts.append(
        f"\n{some['processor']}, {some['cores']} cores; PyTorch {some['torch']}, TensorFlow "
        f"{some['tensorflow-cpu']}, Keras {some['keras']}; commit {some['commit']}, "
        f"{some['date']}. All rows ever measured are in "
        "[training_speed.csv](../benchmarks/results/training_speed.csv).\n\n"
        "Where the time goes, and what did not help, stands in the [log](log.md).\n"
    )
    return "".join([*parts, *_model_speeds(), *_start(), *_augmentation_costs()])


def _model_speeds() -> Iterator[str]:
    """Give the latest speeds of the included models and of their peers in the same run."""
    latest = {(row["model"], row["peer"]): row for row in rows_of("model_speed.csv")}
    if not latest:
        return
    yield (
        "\n## Reading digits\n\n"
        "The included models in ONNX Runtime, as a reader uses them, beside the same networks in "
        "PyTorch (eager, channels last) and Keras (compiled), in one run: the median of 300 calls "
        "with one digit, and that of 15 batches of 1,024. A picture is a PNG of 200 x 200 pixels, "
        "from its bytes to the answer; most of that is finding the digit on its paper. "
        "`make bench` measures it.\n\n"
        "| model | in | one digit | digits a second | tenfold's rate is | a picture |\n"
        "|---|---|---:|---:|---:|---:|\n"
    )
    for (model, peer), row in latest.items():
        rate, ours = float(row["images_a_second"]), latest[model, "tenfold"]["images_a_second"]
        share = "" if peer == "tenfold" else f"{float(ours) / rate:.1f} times that"
        name = "ONNX Runtime" if peer == "tenfold" else {"pytorch": "PyTorch"}.get(peer, "Keras")
        one = float(row["one_digit_ms"])
        picture = f"{row['picture_ms']} ms" if row["picture_ms"] else ""
        yield f"| {model} | {name} | {one:.2f} ms | {rate:,.0f} | {share} | {picture} |\n"
    yield _machines(latest)


def _augmentation_costs() -> Iterator[str]:
    """Give the latest share of augmentation in a step of each recipe."""
    latest = {row["recipe"]: row for row in current_rows("augmentation_cost.csv")}
    yield (
        "\n## Augmentation\n\nIts share of a training step, all of it computed as tensors "
        "on the batch:\n\n| recipe | step | augmentation | share |\n|---|---:|---:|---:|\n"
    )
    for name, row in latest.items():
        share = 100 * float(row["share"])
        yield f"| {name} | {row['step_ms']} ms | {row['augmentation_ms']} ms | {share:.1f} % |\n"
    for name in (name for name in SHIPPED if name not in latest):
        yield f"| {name} | not measured as it is now | | |\n"
    yield _machines(latest)


def _start() -> Iterator[str]:
    """Give the latest times to a first answer."""
    rows = [row for row in rows_of("footprint.csv") if row["first_answer_shell_seconds"]]
    if rows:
        row = rows[-1]
        yield (
            "\n## A first answer\n\nFrom the start of a fresh process to the answer to a picture: "
            f"{float(row['first_answer_python_seconds']):.2f} s for `tenfold.classify`, "
            f"{float(row['first_answer_shell_seconds']):.2f} s for `tenfold classify`; "
            f"`import tenfold` adds {float(row['import_seconds_added']):.2f} s to NumPy's. Medians "
            f"of 15 (`make bench`). {row['processor']}, {row['cores']} cores; commit "
            f"{row['commit']}, {row['date']}.\n"
        )


def _machines(latest: Mapping[Any, Mapping[str, str]]) -> str:
    """Return where and when rows were measured, those of one place together."""
    places: dict[str, list[str]] = {}
    for key, row in latest.items():
        place = (
            f"{row['processor']}, {row['cores']} cores; PyTorch {row['torch']}, ONNX Runtime "
            f"{row['onnxruntime']}; commit {row['commit']}, {row['date']}"
        )
        name = key if isinstance(key, str) else key[0]
        if name not in places.setdefault(place, []):
            places[place].append(name)
    return "".join(f"\n{', '.join(names)}: {place}.\n" for place, names in places.items())


def _goal(system: str, ratio: float) -> str:
    """Return what the project asks of itself, and whether it is missed."""
    goal = 1.5 if system.startswith("conv") else 3.0
    return f"{goal:g}" + ("" if ratio >= goal else ", missed")


def readme() -> str:
    """Return README with the table of the included models as their cards have it."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(_MODELS_START)
    _, after = rest.split(_MODELS_END)
    return f"{before}{_MODELS_START}\n{''.join(model_cards.overview())}{_MODELS_END}{after}"


def main() -> int:
    """Write the pages, or report those that differ."""
    pages = {
        "commands.md": commands_page(),
        "model-cards.md": model_cards.page(),
        "recipes.md": recipes_page(),
        "reproduce.md": reproduce_page(),
        "speed.md": speed_page(),
        "../README.md": readme(),
    }
    stale = 0
    for name, text in pages.items():
        path = DOCS / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" in sys.argv:
            print(f"docs/{name} is not what the code says; write it anew with: make docs")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
