"""Figures in words, verdicts, and the inline marks of a page."""

from __future__ import annotations

from typing import Any

import pytest

from tenfold.report import words
from tenfold.report.blocks import Page, Section, Words
from tenfold.report.page import render_page


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (words.percent(0.97664), "97.66 %"),
        (words.percent(None), "–"),
        (words.percent(float("nan")), "not finite"),
        (words.decimal(0.07774), "0.0777"),
        (words.decimal(float("inf")), "not finite"),
        (words.count(60000), "60,000"),
        (words.plural(1, "epoch"), "1 epoch"),
        (words.plural(1875, "step"), "1,875 steps"),
        (words.shape((60000, 28, 28)), "(60000, 28, 28)"),
        (words.shape((60000,)), "(60000,)"),
        (words.duration(0.41), "0.41 s"),
        (words.duration(12.4), "12 s"),
        (words.duration(185), "3 min 05 s"),
        (words.duration(None), "–"),
        (words.metric_name("validation_accuracy_epoch_5"), "Validation accuracy after 5 epochs"),
        (words.metric_name("something_new"), "Something new"),
        (words.figure("epoch_claim_passed", None), "not reached"),
        (words.figure("epoch_claim_passed", 4.0), "4"),
        (words.figure("overfitting_gap", -0.0012), "−0.12 points"),
    ],
)
def test_figures_are_written(shown: str, expected: str) -> None:
    assert shown == expected


def _runs(*values: float) -> dict[str, Any]:
    mean = sum(values) / len(values)
    spread = None
    if len(values) > 1:
        spread = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    return {"mean": mean, "std": spread, "values": list(values)}


@pytest.mark.parametrize(
    ("metric", "claimed", "measured", "expected"),
    [
        ("test_accuracy", 0.98, _runs(0.981, 0.983), ("+0.20 points", "reached")),
        ("test_accuracy", 0.98, _runs(0.98001, 0.97997), ("+0.00 points", "reached")),
        ("test_accuracy", 0.98, _runs(0.9790, 0.9806), ("−0.02 points", "within the spread")),
        ("test_accuracy", 0.98, _runs(0.9790, 0.9796), ("−0.07 points", "within the spread")),
        ("test_accuracy", 0.98, _runs(0.9701, 0.9703), ("−0.98 points", "below by 0.98 points")),
        (
            "test_accuracy",
            0.98,
            _runs(0.97),
            ("−1.00 points", "below by 1.00 points (one seed, no spread)"),
        ),
        ("test_loss", 0.05, _runs(0.04, 0.045), ("−0.0075", "reached")),
        ("test_loss", 0.05, _runs(0.0601, 0.0602), ("+0.0101", "above by 0.0101")),
        ("parameters", 93322, _runs(93322, 93322), ("0", "exactly")),
        ("parameters", 93322, _runs(93300, 93300), ("−22", "differs")),
        ("test_loss", 0.05, None, ("–", "not measured")),
        ("test_loss", 0.05, {"mean": None, "std": None, "values": []}, ("–", "not measured")),
    ],
)
def test_verdicts(
    metric: str, claimed: float, measured: dict[str, Any] | None, expected: tuple[str, str]
) -> None:
    assert words.verdict(metric, claimed, measured) == expected


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain & <b>", "plain &amp; &lt;b&gt;"),
        ("the shape `(3, <4>)`", "the shape <code>(3, &lt;4&gt;)</code>"),
        ("this *matters* here", "this <em>matters</em> here"),
        ("3 * 4 * 5", "3 * 4 * 5"),
        ("97.66 % of all", "97.66\u00a0% of all"),
    ],
)
def test_inline_marks(text: str, html: str) -> None:
    page = render_page(Page("t", "l", [Section("s", [Words(text)])]))
    assert f"<p>{html}</p>" in page
