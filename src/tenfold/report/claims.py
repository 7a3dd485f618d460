"""Sections about a reproduction's figures: what was claimed, what was measured, what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenfold.report.blocks import Block, Note, Section, Table, Words
from tenfold.report.words import figure, mean_and_spread, metric_name, plural, verdict

__all__ = ["claimed_and_measured", "published_errors", "seed_table", "train_and_test"]

Reproduction = Mapping[str, Any]


def claimed_and_measured(reproduction: Reproduction) -> Section:
    """Each claim beside what was measured, with the verdict in words."""
    measured, seeds = reproduction["measured"], reproduction["seeds"]
    rows = []
    for claim in reproduction["claims"]:
        metric = claim["metric"]
        found = measured.get(metric)
        by, words = verdict(metric, claim["value"], found)
        shown = mean_and_spread(metric, found) if found else "–"
        said = claim["words"][:1].upper() + claim["words"][1:]
        rows.append([said, figure(metric, claim["value"]), shown, by, words])
    several = len(seeds) > 1
    blocks: list[Block] = [
        Table(
            f"What the published text claims, and what {plural(len(seeds), 'run')} gave.",
            ["The published text says", "Claimed", "Measured", "Difference", "Verdict"],
            rows,
            text_columns=(4,),
        ),
        Words(
            "*Measured* is the mean over the seeds ± one standard deviation. A published figure is "
            "one run, and another run gives another figure: the seed decides the first weights and "
            "the order of the images. *Within the spread* means that the claim is missed by no "
            "more than two standard deviations, or lies between the seeds' figures."
            if several
            else "This is one seed, so there is no spread: another seed would give a slightly "
            "different figure, and how different cannot be said from one run. Reproduce it with "
            "`--seeds 5` to see."
        ),
    ]
    if reproduction["selected_on_test"]:
        blocks.append(
            Note(
                "Not a blind figure",
                "This system watches its test images while it trains. Its figures are reproduced "
                "as published; they say what the network does on images that its maker has looked "
                "at.",
            )
        )
    blocks.append(seed_table(reproduction))
    return Section("Claimed and measured", blocks)


def seed_table(reproduction: Reproduction) -> Table:
    """Every measured figure, a column for each seed."""
    seeds = reproduction["seeds"]
    rows = []
    for metric, found in reproduction["measured"].items():
        if all(value is None for value in found["values"]):
            continue
        values = [figure(metric, value) for value in found["values"]]
        values += ["–"] * (len(seeds) - len(values))
        rows.append([metric_name(metric), mean_and_spread(metric, found), *values[: len(seeds)]])
    spread = "mean ± standard deviation" if len(seeds) > 1 else "one seed, no spread"
    return Table(
        f"Everything that was measured ({spread}).",
        ["Figure", "Mean", *(f"Seed {seed}" for seed in seeds)],
        rows,
    )


def published_errors(reproduction: Reproduction) -> Section | None:
    """What the published text got wrong, set right; None if nothing is known."""
    errata = reproduction["errata"]
    if not errata:
        return None
    return Section(
        "What the published text got wrong",
        [
            Table(
                "Statements of the published text that are wrong, and what is right.",
                ["Published", "Correct"],
                [[erratum["published"], erratum["correct"]] for erratum in errata],
                text_columns=(1,),
            )
        ],
    )


def train_and_test(reproduction: Reproduction) -> Section:
    """Accuracy and loss on training and test images, side by side."""
    measured = reproduction["measured"]

    def cell(metric: str) -> str:
        return mean_and_spread(metric, measured[metric]) if metric in measured else "–"

    return Section(
        "Training and test figures",
        [
            Table(
                "Means over the seeds." if len(reproduction["seeds"]) > 1 else "Of the one run.",
                ["", "Accuracy", "Loss"],
                [
                    [
                        "Training images, during the last epoch",
                        cell("train_accuracy"),
                        cell("train_loss"),
                    ],
                    ["Training images, finished network", cell("train_accuracy_after"), "–"],
                    *(
                        [
                            [
                                "Validation images",
                                cell("validation_accuracy"),
                                cell("validation_loss"),
                            ]
                        ]
                        if "validation_accuracy" in measured
                        else []
                    ),
                    ["Test images", cell("test_accuracy"), cell("test_loss")],
                ],
            ),
            Words(
                "The training figures say how well the network knows what it has seen. The test "
                "figures say what it does with images it has never seen, and they are the ones "
                "that count."
            ),
        ],
    )
