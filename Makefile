# Two commands do everything: `make demo` and `make test`. Both make their environment first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check format clean

help:  ## List the targets.
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: $(READY)  ## The main job on the offline suite: search, finals, report. Nothing to download.
	$(BIN)/cairn run experiments/specs/babel_demo.yaml

test: $(READY)  ## All tests, offline, without a GPU.
	HF_HUB_OFFLINE=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest

check: $(READY)  ## Formatter, linter, types, tests: what a change must pass.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	HF_HUB_OFFLINE=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest

format: $(READY)  ## Format and mend what the linter can mend.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## Remove the environment and the caches; runs and stores stay.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build *.egg-info
