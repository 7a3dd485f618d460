"""A model's card as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tenfold.cli.output import percent, printable, table
from tenfold.errors import ModelError

__all__ = ["card_text", "commits_in_words", "strip_card_text"]


def card_text(folder: Path, card: Mapping[str, Any]) -> str:
    """Return a card's blocks: what the model is, what an accuracy costs, its figures, its speed.

    Raises:
        ModelError: Something that a card tells, and no reading depends on, has another form.
    """
    try:
        return _text(folder, card)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder / 'card.json'}: must tell figures and training as tenfold writes them, but "
            f"has others ({error}); export the model again"
        ) from error


def strip_card_text(folder: Path, card: Mapping[str, Any], summary: str) -> str:
    """Return the card of the model of strips: what it is, and how many strips it spells right."""
    strips = card["figures"]["held_out_strips"]
    rows = [
        ["held-out strips", f"{strips['strips']:,}", percent(strips["right"])],
        ["  of digits alone", "", percent(strips["of_digits_alone"])],
    ]
    shown = {**card, "recipe": {"summary": summary}, "thresholds": {}}
    return f"{_head(folder, shown)}\n\n{table(rows, ('measured on', 'strips', 'spelled right'))}"


def _text(folder: Path, card: Mapping[str, Any]) -> str:
    blocks = [_head(folder, card), _points(card["operating_points"])]
    figures = card["figures"]
    blocks.append(_accuracies(figures))
    blocks += [_parts(name, row["corruptions"]) for name, row in figures.items() if _has(row)]
    blocks.append("\n".join(_refusals(figures)))
    blocks.append("\n".join(_speed(figures.get("speed", {}))))
    text = "\n\n".join(block for block in blocks if block)
    return "\n".join(printable(line) for line in text.split("\n"))  # whatever the card says


def _head(folder: Path, card: Mapping[str, Any]) -> str:
    trained, thresholds = card["trained"], card["thresholds"]
    size = f"{(folder / 'model.onnx').stat().st_size / 1e6:.2f} MB"
    count = trained.get("parameters")
    lines = {
        "folder": str(folder),
        "size": f"{count:,} parameters, {size}" if isinstance(count, int) else size,
        "trained": ", ".join(_trained(trained)),
        "temperature": f"{card['temperature']:g}",
        "threshold": ", ".join(f"{name} {value:g}" for name, value in thresholds.items()),
    }
    head = f"{card['name']}: {card['recipe'].get('summary', '')}".rstrip(": ")
    return "\n".join([head, *(f"{name:<13}{text}" for name, text in lines.items() if text)])


def _trained(trained: Mapping[str, Any]) -> Iterator[str]:
    members = trained.get("members", [trained])
    if date := max((str(member.get("date") or "") for member in members), default=""):
        yield date[:10]
    if "seeds" in trained:
        yield f"seeds {', '.join(str(seed) for seed in trained['seeds'])}"
    elif "seed" in trained:
        yield f"seed {trained['seed']}"
    if epochs := trained.get("epochs"):
        yield f"{epochs} epochs"
    if commits := commits_in_words(trained):
        yield commits


def commits_in_words(trained: Mapping[str, Any]) -> str:
    """Return the commits by which a model, or a committee's members, were trained; "" for none."""
    members = trained.get("members", [trained])
    commits = {str(member["commit"])[:12]: None for member in members if member.get("commit")}
    return f"commit{'s' if len(commits) > 1 else ''} {', '.join(commits)}" if commits else ""


def _points(points: Any) -> str:
    rows = [
        [f"{point['accuracy']:g}", percent(point["coverage"]), f"{point['unsure']:.4f}"]
        for point in points
    ]
    return table(rows, ("--accuracy", "answered", "from confidence")) if rows else ""


def _accuracies(figures: Mapping[str, Any]) -> str:
    """Return a line for each set of digits, and for each way of labelling one."""
    rows = []
    for name, row in figures.items():
        if "accuracy" not in row:
            continue
        low, high = row.get("interval", (None, None))
        interval = "" if low is None else f"{100 * low:.2f} to {100 * high:.2f} %"
        rest = [f"{row[key]:.4f}" if key in row else "" for key in ("loss", "ece")]
        images = f"{row['images']:,}" if "images" in row else ""
        rows.append([name, images, percent(row["accuracy"]), interval, *rest])
        for labels, accuracy in row.get("labels", {}).items():
            if labels != "official":
                rows.append([f"  {labels.replace('_', ' ')}", "", percent(accuracy), "", "", ""])
        if "accuracy_of_99_percent" in row:
            rows.append(["  surest 99 %", "", percent(row["accuracy_of_99_percent"]), "", "", ""])
    headings = ("measured on", "images", "accuracy", "95 % interval", "loss", "ECE")
    return table(rows, headings) if rows else ""


def _has(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("corruptions"), Mapping)


def _parts(name: str, parts: Mapping[str, Mapping[str, float]]) -> str:
    rows = [
        [
            part.replace("_", " "),
            percent(row["accuracy"]),
            f"{row['loss']:.4f}",
            f"{row['ece']:.4f}",
        ]
        for part, row in parts.items()
    ]
    return table(rows, (name, "accuracy", "loss", "ECE"))


def _refusals(figures: Mapping[str, Any]) -> Iterator[str]:
    for name, row in figures.items():
        if "auroc" in row:
            yield (
                f"{name}: {percent(row['refused'])} of {row['images']:,} pictures of no digit "
                f"refused, with {percent(row['digits_refused'])} of test digits; "
                f"AUROC {row['auroc']:.4f}"
            )


def _speed(speed: Mapping[str, Any]) -> Iterator[str]:
    if "images_a_second" in speed:
        yield (
            f"speed: {speed['one_digit_ms']:g} ms a digit of 28 x 28, "
            f"{speed['images_a_second']:,} a second in batches of {speed['batch']:,}; "
            f"{speed['cores']} cores of {speed['processor']}"
        )
