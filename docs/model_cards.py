"""The page of the included models: their cards, and the seeds of their recipes."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from results import current_rows, rows_of
from tenfold.cli.card_text import commits_in_words
from tenfold.cli.output import percent
from tenfold.model import DEFAULT_MODEL, included_models, read_card

_MNIST_ONLY = (
    "It knows nothing but digits like MNIST's: anything else gets a digit, often with confidence."
)
# What each is weak at: read off its figures and its errors, and to be mended.
KNOWN_FAILURES: dict[str, tuple[str, ...]] = {
    "base": (
        "Letters and signs with a digit's form are digits to it: O and D a 0, I, l and a stroke "
        "with a dot a 1, Z a 2, S a 5, b a 6, an angle a 7, B an 8, g and q a 9, a triangle with "
        "a tail a 4.",
        "Of digits of 8 x 8 pixels two in a hundred are misread, and a quarter of those are "
        "answered: 9 taken for 3 and 4 for 6 more often than any other.",
        "Letters of other scripts in few strokes, and a bracket, a tick, a minus, a printed label "
        "or a field's open frame beside a digit cost an answer more often than they give a wrong "
        "one.",
        "An exponent, or the plain stroke of the 1 of a 17, is passed over beside a digit one time "
        "in five, and a cross through a digit in a thin pen keeps it from being read every other "
        "time. A circle round dots or a tiny digit is a 0 to it, every other or every third time "
        "(see the table of pages below).",
        "A digit that the picture's border cuts is another digit, sometimes with confidence, and "
        "so is one upside down.",
        "Trained on far worse pictures than MNIST's, it is a little less sure of those than it "
        "could be: the expected calibration error is on the side of doubt.",
    ),
    "champion": (
        _MNIST_ONLY,
        "Of its six errors among the surest 99 % of MNIST's test images four are mislabelled: no "
        "refusal keeps them out, and 99.97 % of the surest are out of reach.",
    ),
    "committee": (
        _MNIST_ONLY,
        "Its members misread the same images: on MNIST's test images it is no better than one.",
    ),
    "nano": (_MNIST_ONLY,),
}
_SHARES = (
    ("accuracy", "MNIST test, official labels"),
    ("ten_corrected", "... ten labels corrected"),
    ("without_fifteen", "... without the fifteen doubtful"),
    ("accuracy_of_99_percent", "... of the surest 99 %"),
    ("optdigits_accuracy", "optdigits"),
    ("corrupted_accuracy", "corrupted, mean of 15"),
    ("not_digits_refused", "not-digits refused"),
    ("digits_refused", "MNIST test refused with them"),
)
_VALUES = (
    ("loss", "MNIST test, log-loss"),
    ("ece", "... expected calibration error"),
    ("not_digits_auroc", "not-digits, AUROC"),
)


def page() -> str:
    """Return the page in Markdown."""
    parts = [
        "# Model cards\n\n"
        "The models that come with the package: trained by the project's own recipes on MNIST's "
        "training images and, `base` alone, on typed digits and on pictures of what is no digit, "
        "all drawn by tenfold; chosen and calibrated on training images held out. `tenfold models "
        "NAME` shows the same from the card that travels with the weights. "
        "[Using a model](models.md) explains every term; [recipes](recipes.md) has the networks, "
        "[the log](log.md) what was tried and left.\n\n"
        "MNIST's test images chose nothing, and their figures are blind. Those on the other sets "
        "are not quite: which variations all four are trained with was decided with an eye on "
        "optdigits and on MNIST-C's corruptions of held-out training images, and `base`'s "
        "negatives with one on some 340 development pictures outside the project. No variation "
        "goes as far as its corruption, but some are of its kind: hollow strokes of canny edges, "
        "a bent line of zigzag, a patch turned over of stripe.\n\n"
        "MNIST-C's images go to the graph as they are, as its authors give them. A reader frames "
        "anew what is not framed as MNIST is: of stripes and zigzags it then makes fewer answers, "
        "not more wrong ones. Speeds are the graph's too, without opening pictures.\n"
    ]
    for name, folder in included_models().items():
        parts += _card(name, folder, read_card(folder).to_dict())
    parts += _pages()
    parts += _seeds()
    return "".join(parts)


def overview() -> Iterator[str]:
    """Give a table of the included models and their main figures."""
    headings = (
        "model", "MNIST test", "mean of its seeds", "corrupted", "8 x 8 digits",
        "no digit (own drawings): refused", "parameters", "file", "one digit", "digits a second",
    )  # fmt: skip
    _check_alike()
    yield from _table(headings, (_overview_row(*item) for item in included_models().items()))


def _check_alike() -> None:
    """Refuse to set figures side by side that are of different pictures."""
    cards = {name: read_card(folder) for name, folder in included_models().items()}
    versions = {name: card.figures["not-digits"].get("version", 1) for name, card in cards.items()}
    if len(set(versions.values())) > 1:
        raise SystemExit(
            f"not-digits: must be of one version for all models, but is {versions}; measure again "
            "with python benchmarks/ship_models.py NAME --rescore"
        )


def _overview_row(name: str, folder: Path) -> tuple[str, ...]:
    card = read_card(folder).to_dict()
    figures, speed = card["figures"], card["figures"].get("speed")
    return (
        f"`{name}`",
        percent(figures["MNIST test"]["accuracy"]),
        _mean_accuracy(name),
        *(percent(figures[key]["accuracy"]) for key in ("corrupted", "optdigits")),
        percent(figures["not-digits"]["refused"]),
        f"{card['trained']['parameters']:,}",
        f"{(folder / 'model.onnx').stat().st_size / 1e6:.2f} MB",
        f"{speed['one_digit_ms']:.2f} ms" if speed else "–",
        f"{speed['images_a_second']:,}" if speed else "–",
    )


def _mean_accuracy(recipe: str) -> str:
    """Return mean and spread over the seeds of a recipe; a dash where there is one, or none."""
    found = [100 * float(row["accuracy"]) for row in _latest_seeds() if row["recipe"] == recipe]
    if len(found) < 2:
        return "–"
    return f"{statistics.mean(found):.3f} ± {statistics.stdev(found):.3f} of {len(found)}"


def _card(name: str, folder: Path, card: Mapping[str, Any]) -> Iterator[str]:
    trained, figures = card["trained"], card["figures"]
    seeds = trained.get("seeds") or [trained["seed"]]
    size = (folder / "model.onnx").stat().st_size / 1e6
    left_out = card["recipe"].get("validation", {}).get("fraction", 0.0)
    images = int(60_000 * (1.0 - left_out))
    yield (
        f"\n## {name}\n\n{_sentence(card['recipe'].get('summary', ''))} "
        f"{trained['parameters']:,} parameters, {size:.2f} MB. "
        f"Recipe `{card['recipe']['name']}`, seed {_listed(seeds)}, {trained['epochs']} epochs of "
        f"{images:,} images, {commits_in_words(trained)}.\n\n"
    )
    yield from _table(("on", "figure", "value"), _figure_rows(figures))
    if measured := figures.get("MNIST test", {}).get("measured"):
        yield f"\nMeasured on {measured['date']} by commit {measured['commit']}.\n"
    if "corrupted" in figures:
        yield "\nEach corruption: " + _accuracies(figures["corrupted"]["corruptions"]) + ".\n"
    if card["operating_points"]:
        yield "\nAccuracy asked for, and the share of digits that then get an answer:\n\n"
        points = [
            (f"{100 * point['accuracy']:g} %", percent(point["coverage"]))
            for point in card["operating_points"]
        ]
        yield from _table(("accuracy", "answered"), points)
        yield f"\nTemperature {card['temperature']:.3f}; {_thresholds(card['thresholds'])}.\n"
    if name in KNOWN_FAILURES:
        yield "\nKnown failures:\n\n" + "".join(f"- {line}\n" for line in KNOWN_FAILURES[name])


def _figure_rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    test = figures.get("MNIST test")
    if test:
        interval = " to ".join(percent(bound) for bound in test["interval"])
        yield "MNIST test, 10,000", "accuracy", f"{percent(test['accuracy'])} ({interval})"
        yield "", "ten labels corrected", percent(test["labels"]["ten_corrected"])
        yield "", "without the fifteen doubtful", percent(test["labels"]["without_fifteen"])
        yield "", "of the surest 99 %", percent(test["accuracy_of_99_percent"])
        yield "", "log-loss", f"{test['loss']:.4f}"
        yield "", "expected calibration error", f"{test['ece']:.4f}"
    if "optdigits" in figures:
        yield "optdigits, 1,797", "accuracy", percent(figures["optdigits"]["accuracy"])
    if "corrupted" in figures:
        yield "corrupted, 15 x 10,000", "mean accuracy", percent(figures["corrupted"]["accuracy"])
    for name, refusal in figures.items():
        if "auroc" in refusal:
            yield f"{name}, {refusal['images']:,}", "refused", percent(refusal["refused"])
            yield "", "AUROC", f"{refusal['auroc']:.4f}"
            yield "", "MNIST test refused too", percent(refusal["digits_refused"])
    if "speed" in figures:
        speed = figures["speed"]
        machine = f"speed, {speed['cores']} cores of {speed['processor']}, {speed['date']}"
        yield machine, "one digit", f"{speed['one_digit_ms']:.2f} ms"
        rate = f"{speed['images_a_second']:,} a second"
        yield "", f"batches of {speed['batch']:,}", rate
        if "picture_ms" in speed:
            yield "", "a PNG of 200 x 200, to the answer", f"{speed['picture_ms']:.1f} ms"


def _pages() -> Iterator[str]:
    """Give how the default model reads digits on drawn pages, and refuses what shows none."""
    rows = [row for row in rows_of("pages.csv") if row["model"] == DEFAULT_MODEL]
    if not rows:
        return
    last = rows[-1]
    latest = list({row["scene"]: row for row in rows if row["commit"] == last["commit"]}.values())
    yield (
        f"\n## Pages\n\nHow `{last['model']}` reads pages as people hand them in: "
        f"{last['digits']} MNIST training images, each drawn on every page of "
        "`benchmarks/scenes.py` (`python benchmarks/drawn_pages.py --keep`; "
        f"{last['date']}, commit {last['commit']}). The model knows these digits from its "
        "training, so this is about what comes before it: the ground, the rules and the frames "
        "that have to go. In numbers of pages.\n\n"
    )
    ones = [row for row in latest if row["shows"] == "one digit"]
    others = [row for row in latest if row["shows"] != "one digit"]
    yield from _table(
        ("page", "read", "misread", "refused"),
        ((row["scene"], row["right"], row["wrong"], _refused(row)) for row in ones),
    )
    yield "\n"
    yield from _table(
        ("page", "answered", "refused"),
        ((row["scene"], row["wrong"], _refused(row)) for row in others),
    )


def _refused(row: Mapping[str, str]) -> str:
    """Return how many pages got no answer, for any reason."""
    return str(sum(int(row[reason]) for reason in ("unsure", "not_a_digit", "blank")))


def _seeds() -> Iterator[str]:
    """Give each recipe's figures over its seeds."""
    latest = _latest_seeds()
    if not latest:
        return
    yield (
        "\n## Seeds\n\nWhat a recipe is worth: every seed of it, scored like the models above "
        "(`python benchmarks/recipe_seeds.py`); weights of the last step, no test-time "
        "augmentation. Accuracies are in per cent, with their sample standard deviation.\n"
    )
    for recipe in dict.fromkeys(row["recipe"] for row in latest):
        rows = [row for row in latest if row["recipe"] == recipe]
        minutes = statistics.mean(float(row["minutes"]) for row in rows)
        count = f"{len(rows)} seeds" if len(rows) > 1 else "One seed"
        yield f"\n### {recipe}\n\n{count}, {minutes:.0f} minutes each.\n\n"
        yield from _table(("figure", "mean", "spread", "each seed"), _seed_rows(rows))


def _latest_seeds() -> list[Mapping[str, str]]:
    """Return the latest row of every seed, of a recipe's those scored on its latest pictures.

    What is drawn as no digit differs with OpenCV and the processor: between recipes it may.
    """
    rows = current_rows("recipe_seeds.csv")
    pictures = {row["recipe"]: row["not_digits_pictures"] for row in rows}
    rows = [row for row in rows if row["not_digits_pictures"] == pictures[row["recipe"]]]
    return list({(row["recipe"], row["seed"]): row for row in rows}.values())


def _seed_rows(rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, ...]]:
    for key, name in _SHARES:
        yield _over_seeds(name, [100 * float(row[key]) for row in rows], 2)
    for key, name in _VALUES:
        yield _over_seeds(name, [float(row[key]) for row in rows], 4)


def _over_seeds(name: str, values: Sequence[float], places: int) -> tuple[str, ...]:
    spread = f"± {statistics.stdev(values):.{places}f}" if len(values) > 1 else "–"
    each = " ".join(f"{value:.{places}f}" for value in values)
    return name, f"{statistics.mean(values):.{places + 1}f}", spread, each


def _table(headings: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |\n|{'---|' * len(headings)}\n"
    for row in rows:
        yield f"| {' | '.join(row)} |\n"


def _accuracies(rows: Mapping[str, Mapping[str, float]]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {100 * row['accuracy']:.1f}" for name, row in rows.items()
    )


def _thresholds(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in values.items())


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
