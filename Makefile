# CallCenterAI. `make` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 3000
HOST ?= 127.0.0.1
# Nothing that is run from here reports home.
export BENTOML_DO_NOT_TRACK := True
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := 1
export PATH := $(CURDIR)/.venv/bin:$(PATH)

SERVE := .venv/.serve
TRAIN := .venv/.train
DEV := .venv/.dev
PINNED := pyproject.toml requirements.lock scripts/environment.sh

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: serve
serve: $(SERVE) ## Serve the agent on port 3000 (PORT=, HOST=), from a fresh clone.
	@callcenter install release
	@exec callcenter serve --host $(HOST) --port $(PORT)

.PHONY: test
test: lint ## Lint, and every test but the slow ones.
	@pytest -m "not slow"

.PHONY: test-slow
test-slow: $(DEV) ## The tests that take minutes: whole trainings (the real tickets: CALLCENTER_KAGGLE_CSV).
	@pytest -m slow

.PHONY: lint
lint: $(DEV) ## black, isort, flake8, bandit, mypy and the import contracts.
	@black --check --quiet . || { black --check .; exit 1; }
	@isort --check-only --quiet .
	@flake8
	@bandit --quiet --configfile pyproject.toml --recursive bentos train bench
	@mypy
	@lint-imports --no-cache

.PHONY: format
format: $(DEV) ## Rewrite the code as black and isort want it.
	@isort --quiet . && black --quiet .

.PHONY: train
train: $(TRAIN) ## Run the pipeline (CALLCENTER_DATASET=sample|kaggle, CALLCENTER_KAGGLE_CSV=path).
	@python -m train.fetch
	@dvc repro

.PHONY: bench
bench: $(DEV) ## Measure, and write reports/bench/.
	@python -m bench.svm_inference
	@python -m bench.transformer_inference

.PHONY: docs
docs: $(DEV) ## Rewrite the tables of README.md and docs/ from what was recorded.
	@python -m train.docs_tables

.PHONY: environment environment-train environment-dev
environment: $(SERVE) ## .venv with what serves: no torch, no MLflow.
environment-train: $(TRAIN) ## .venv with what trains.
environment-dev: $(DEV) ## .venv with what checks.

$(SERVE) $(TRAIN) $(DEV): $(PINNED)
	@scripts/environment.sh $(patsubst .venv/.%,%,$@)

.PHONY: lock
lock: $(DEV) ## Resolve requirements.lock anew from pyproject.toml.
	@pip install --quiet uv
	@UV_FIND_LINKS="$${PIP_FIND_LINKS:-https://download.pytorch.org/whl/cpu/torch/}" uv pip compile --quiet \
	  --universal --python-version 3.11 --all-extras pyproject.toml --output-file requirements.lock

.PHONY: clean
clean: ## Remove the environment and caches; models, data and tracking stay.
	@rm -rf .venv .mypy_cache .pytest_cache .hypothesis build dist *.egg-info
