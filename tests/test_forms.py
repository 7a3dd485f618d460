"""Forms: what is taken from JSON, and what is told of what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenfold.errors import InputError
from tenfold.forms import Form, load_form
from tenfold.values import Box


def written(folder: Path, content: Any) -> Path:
    path = folder / "form.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    Image.fromarray(np.full((100, 200), 240, np.uint8)).save(folder / "blank.png")
    return path


def test_fields_and_template(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"template": "blank.png", "fields": {"a": [1, 2, 30, 40], "b": [0, 0, 100, 200]}}
    )
    form = load_form(path)
    assert dict(form.fields) == {"a": Box(1, 2, 30, 40), "b": Box(0, 0, 100, 200)}
    assert form.template is not None
    assert form.template.shape == (100, 200)


def test_without_a_template(tmp_path: Path) -> None:
    assert load_form(written(tmp_path, {"fields": {"a": [1, 2, 3000, 4000]}})).template is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("{", "a form in JSON", id="no-json"),
        pytest.param([], "an object with 'fields'", id="a-list"),
        pytest.param({}, "an object with 'fields'", id="empty"),
        pytest.param({"fields": []}, "an object with 'fields'", id="fields-are-a-list"),
        pytest.param({"fields": {}}, "from 1 to", id="no-fields"),
        pytest.param({"fields": {"a": [1, 2, 3, 4]}, "tmplate": "x"}, "'tmplate'", id="other-key"),
        pytest.param({"fields": {"file": [1, 2, 3, 4]}}, "'file' must be called", id="file"),
        pytest.param({"fields": {"error": [1, 2, 3, 4]}}, "'error' must be called", id="error"),
        pytest.param({"fields": {"": [1, 2, 3, 4]}}, "a field needs a name", id="no-name"),
        pytest.param(
            '{"fields": {"a": [1, 2, 3, 4], "a": [5, 6, 7, 8]}}', "'a' twice", id="a-name-twice"
        ),
        pytest.param({"fields": {"a": [1, 2, 3]}}, "field 'a'.*four whole", id="three-sides"),
        pytest.param({"fields": {"a": "1234"}}, "field 'a'.*four whole", id="a-text"),
        pytest.param({"fields": {"a": None}}, "field 'a'.*four whole", id="nothing"),
        pytest.param({"fields": {"a": [1, 2, 3, 4.5]}}, "four whole", id="a-fraction"),
        pytest.param({"fields": {"a": [1, 2, True, 4]}}, "four whole", id="a-truth"),
        pytest.param({"fields": {"a": [9, 2, 3, 4]}}, "top above bottom", id="upside-down"),
        pytest.param({"fields": {"a": [-1, 2, 3, 4]}}, "top above bottom", id="below-zero"),
        pytest.param(
            {"template": "blank.png", "fields": {"a": [0, 0, 101, 9]}},
            "within the template",
            id="outside",
        ),
        pytest.param(
            {"template": 7, "fields": {"a": [0, 0, 1, 9]}}, "name of a picture", id="a-number"
        ),
        pytest.param(
            {"template": "", "fields": {"a": [0, 0, 1, 9]}},
            "template must be the name of a picture, but is ''; leave it out",
            id="an-empty-template",
        ),
        pytest.param(
            {"template": "no.png", "fields": {"a": [0, 0, 1, 9]}}, r"no\.png", id="missing"
        ),
    ],
)
def test_what_is_no_form_is_told(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_form(written(tmp_path, content))


def test_a_mark_at_the_start_of_the_file_is_passed_over(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "form.json"
    path.write_text('{"fields": {"a": [1, 2, 3, 4]}}', encoding="utf-8-sig")
    assert load_form(path).fields == {"a": Box(1, 2, 3, 4)}


@pytest.mark.parametrize("path", [None, 5, "", b"form.json", ["form.json"]], ids=repr)
def test_what_names_no_file_is_told(path: Any) -> None:
    with pytest.raises(InputError, match="form: must be a Form or the name of its JSON file"):
        load_form(path)


@pytest.mark.parametrize(
    ("fields", "template", "message"),
    [
        (None, None, "from 1 to"),
        ({1: (1, 2, 3, 4)}, None, "field 1 must be called otherwise"),
        ({"a": (1, 2, 3)}, None, "four whole"),
        ({"a": (1, 2, 3, 4)}, "blank.png", "template must be a page"),
        ({"a": (1, 2, 3, 4)}, np.zeros((9, 9)), "template must be a page"),
        ({"a": (1, 2, 3, 4)}, np.zeros((3, 3), np.uint8), "within the template"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_form_in_code_is_told(fields: Any, template: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"^form: .*{message}"):
        Form(fields, template)


def test_boxes_may_be_any_four_whole_numbers() -> None:
    form = Form({"a": [1, 2.0, np.int64(3), 4]})  # type: ignore[dict-item, list-item]
    assert form.fields == {"a": Box(1, 2, 3, 4)}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json"):
        load_form(tmp_path / "none.json")
