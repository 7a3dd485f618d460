# Every target sets up what it needs: a machine with Python 3.11 or newer, make and a package index
# is enough. PYTHON names the interpreter that makes the environment.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   ?= demo

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint parity wheel bench docs clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

# One stamp for each set of extras, so that setting up again costs nothing until pyproject changes.
$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit("tenfold needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[train,report]"
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[train,report,parquet,heif,pdf,dev]"
	@touch $@ $(VENV)/.demo

$(VENV)/.bench: $(VENV)/.dev pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[train,report,parquet,heif,pdf,dev,bench]"
	@touch $@

setup: $(VENV)/.dev  ## make .venv with everything for development

demo: $(VENV)/.demo  ## train, evaluate and report a published system, and read three digits with it
	@$(BIN)/python examples/demo.py $(DEMO)

test: $(VENV)/.dev  ## run the tests
	SCIPY_ARRAY_API=1 $(BIN)/python -m pytest -m "not keras"

lint: $(VENV)/.dev  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

parity: $(VENV)/.bench  ## compare each published system with Keras itself, step by step
	$(BIN)/python -m pytest tests/keras

wheel: $(VENV)/.dev  ## build the wheel, install it without extras and read a digit with it
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check build/wheel/*.whl
	$(BIN)/tenfold train dense-128-dropout --set epochs=1 --quiet --out build/wheel/run
	$(BIN)/tenfold data sample build/wheel/digits --count 3
	build/wheel/venv/bin/tenfold classify build/wheel/digits --model build/wheel/run
	build/wheel/venv/bin/tenfold models
	build/wheel/venv/bin/tenfold classify build/wheel/digits

bench: $(VENV)/.bench  ## measure speed beside Keras, import time and memory
	$(BIN)/python benchmarks/training_speed.py
	$(BIN)/python benchmarks/footprint.py
	$(BIN)/python benchmarks/augmentation_cost.py
	$(BIN)/python benchmarks/model_speed.py
	$(BIN)/python benchmarks/read_speed.py

docs: $(VENV)/.dev  ## write the generated parts of docs/ anew
	$(BIN)/python docs/generate.py

clean:  ## remove the environment and what the demo made
	rm -rf $(VENV) $(DEMO) build dist
