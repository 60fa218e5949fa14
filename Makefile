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
export ORT_DISABLE_TELEMETRY := 1
export DVC_NO_ANALYTICS := 1
export DO_NOT_TRACK := 1
# What DVC remembers of files stays in this folder.
export DVC_SITE_CACHE_DIR := $(CURDIR)/.dvc/tmp/site
# Packages are installed uncompiled: what an import compiles is kept, or each process does it anew.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.venv/bin:$(PATH)

SERVE := .venv/.serve
TRAIN := .venv/.train
DEV := .venv/.dev
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
# Tests of one file share what was made for them. Those of servers are timed, so nothing runs beside them.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile
PINNED := pyproject.toml requirements.lock scripts/environment.sh deploy/lock.py deploy/pip.txt
DELIVERY := .venv/.delivery
# Of a checkout, with -dirty where files differ from it.
COMMIT = "$$(git -C $(1) describe --always --dirty --exclude '*')"

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: serve
serve: $(SERVE) ## Serve the agent on port 3000 (PORT=, HOST=), from a fresh clone.
	@callcenter install release
	@exec callcenter serve --host $(HOST) --port $(PORT)

.PHONY: test
test: lint ## Lint, and every test but the slow ones.
	@pytest $(SIDE_BY_SIDE) -m "not service and not slow and not containers and not observability and not reliability"
	@pytest -m service

.PHONY: test-slow
test-slow: $(DEV) ## The tests that take minutes: whole trainings (the real tickets: CALLCENTER_KAGGLE_CSV).
	@pytest $(SIDE_BY_SIDE) -m "slow and not reliability"

.PHONY: test-reliability
test-reliability: $(DEV) ## Attacks on real servers (ATTACKED=: a checkout of another commit, to compare; SHORT=1: without the long ones).
	@$(if $(ATTACKED),CALLCENTER_ATTACKED=$(abspath $(ATTACKED)) )pytest -m "reliability$(if $(SHORT), and not slow)"

# What BEFORE loses is what the report is about: 1 is pytest's status for tests that failed.
.PHONY: reliability
reliability: $(DEV) ## The full attacks, recorded: reports/reliability.json, docs/reliability.md (BEFORE=: also on that checkout).
	@rm -rf build/reliability/after $(if $(BEFORE),build/reliability/before)
	@CALLCENTER_FULL_ATTACK=1 pytest -m reliability
	@$(if $(BEFORE),CALLCENTER_FULL_ATTACK=1 CALLCENTER_ATTACKED=$(abspath $(BEFORE)) pytest -m reliability || [ $$? -eq 1 ],:)
	@python -m train.reliability_report $(call COMMIT,.) $(if $(BEFORE),$(call COMMIT,$(BEFORE)))
	@python -m train.docs_tables

.PHONY: test-containers
test-containers: $(DEV) ## Build the images, bring Compose up, and try it; needs a Docker engine.
	@docker info >/dev/null 2>&1 || { echo "test-containers: no Docker engine answers: start one, or set DOCKER_HOST" >&2; exit 1; }
	@pytest -m containers tests/containers

.PHONY: test-observability
test-observability: $(DEV) ## Every panel and alert, on real servers and a real Prometheus (Debian's; installed if missing).
	@scripts/prometheus.sh
	@pytest -m observability

.PHONY: observability
observability: test-observability ## The same, recorded: reports/observability.json, docs/observability-*.png, the table in docs/.
	@cp build/observability/report.json reports/observability.json
	@python -m grafana.pictures build/observability/series.json docs
	@python -m train.docs_tables

.PHONY: lint lint-style lint-types
lint: $(DEV) ## black, isort, flake8, bandit, mypy and the import contracts.
	@$(MAKE) --jobs=2 --output-sync=target lint-style lint-types
lint-style: $(DEV)
	@black --check --quiet . || { black --check .; exit 1; }
	@isort --check-only --quiet .
	@flake8
	@bandit --quiet --configfile pyproject.toml --recursive bentos train bench deploy grafana
lint-types: $(DEV)
	@mypy
	@lint-imports --no-cache

.PHONY: lint-delivery
lint-delivery: $(DELIVERY) ## Workflows, Dockerfiles, Compose and Kubernetes: actionlint, zizmor, hadolint, Trivy and their kind.
	@scripts/lint_delivery.sh

.PHONY: coverage
coverage: $(DEV) ## The tests of `make test` without lint, and what they cover: build/coverage/.
	@scripts/coverage.sh

.PHONY: format
format: $(DEV) ## Rewrite the code as black and isort want it.
	@isort --quiet . && black --quiet .

.PHONY: bentos
bentos: $(if $(ALIAS),$(TRAIN),$(SERVE)) ## Build the three bentos, with the models of release/ (ALIAS=production: the registry's).
	@python -m deploy.bentos $(if $(ALIAS),--alias $(ALIAS))

.PHONY: images
images: $(SERVE) ## Make an image of each bento.
	@python -m deploy.images

.PHONY: up down
up: ## The whole system by Compose, healthy when this returns (docs/deployment.md).
	@scripts/up.sh
down: ## Stop it. What it has stored stays.
	@$(COMPOSE) --profile train down

.PHONY: train
train: $(TRAIN) ## Run the pipeline (CALLCENTER_DATASET=sample|kaggle, CALLCENTER_KAGGLE_CSV=path).
	@python -m train.fetch
	@dvc repro

.PHONY: evaluate-pii
evaluate-pii: $(TRAIN) ## Measure the scrubber on the marked tickets of tests/data, and write reports/pii.json.
	@[ -d models/names ] || { mkdir -p models && cp -r release/names models/names; }
	@python -m train.evaluate_pii

.PHONY: bench
bench: $(DEV) ## Measure, and write reports/bench/.
	@python -m bench.svm_inference
	@python -m bench.transformer_inference
	@python -m bench.agent
	@python -m bench.observability
	@[ ! -d models/encoder ] || python -m bench.training_step

.PHONY: dashboards
dashboards: $(DEV) ## Rewrite grafana/dashboards/ from the code beside it.
	@python -m grafana

.PHONY: docs
docs: $(DEV) ## Rewrite the tables of README.md and docs/ from what was recorded.
	@python -m train.docs_tables

.PHONY: scan-files scan-config scan-secrets scan-images scan-code audit
scan-files scan-config scan-secrets scan-images: ## Trivy, over the files, their settings or the images (IMAGE_PREFIX=, IMAGE_TAG=).
	@IMAGE_PREFIX="$(IMAGE_PREFIX)" IMAGE_TAG="$(IMAGE_TAG)" scripts/scan.sh $(@:scan-%=%)
scan-code: $(DELIVERY) ## Bandit, as a report for GitHub's Security tab.
	@mkdir -p build/scan/code
	@bandit --quiet --configfile pyproject.toml --recursive bentos train bench deploy grafana --format sarif --output build/scan/code/bandit.sarif
audit: $(DELIVERY) ## Known holes in the packages of requirements.lock.
	@mkdir -p build/scan && python deploy/lock.py --pins >build/scan/pins.txt
	@pip-audit --requirement build/scan/pins.txt --no-deps --disable-pip --progress-spinner off

.PHONY: manifests release-files
manifests: ## What production applies, on standard output (OWNER= of the images on GHCR, TAG=).
	@scripts/manifests.sh "$(OWNER)" "$(TAG)"
release-files: ## What a GitHub release carries: build/release/ (OWNER=, TAG=).
	@mkdir -p build/release && rm -f build/release/SHA256SUMS
	@scripts/manifests.sh "$(OWNER)" "$(TAG)" >build/release/kubernetes.yaml
	@tar --create --gzip --file build/release/callcenter-models-$(TAG).tar.gz --sort=name --mtime=@0 --owner=0 --group=0 release
	@cd build/release && sums=$$(sha256sum -- *) && echo "$$sums" >SHA256SUMS

.PHONY: environment environment-train environment-dev environment-delivery
environment: $(SERVE) ## .venv with what serves: no torch, no MLflow.
environment-train: $(TRAIN) ## .venv with what trains.
environment-dev: $(DEV) ## .venv with what checks.
environment-delivery: $(DELIVERY) ## .venv with what also checks workflows, containers and manifests.

$(SERVE) $(TRAIN) $(DEV) $(DELIVERY): $(PINNED)
	@scripts/environment.sh $(patsubst .venv/.%,%,$@)

.PHONY: lock
lock: ## Resolve requirements.lock anew from pyproject.toml.
	@[ -x .venv/bin/pip ] || $(MAKE) environment
	@pip install --quiet uv
	@UV_FIND_LINKS="$${PIP_FIND_LINKS:-https://download.pytorch.org/whl/cpu/torch/}" uv pip compile --quiet \
	  --universal --python-version 3.11 --all-extras --generate-hashes --custom-compile-command "make lock" \
	  pyproject.toml --output-file requirements.lock
	@python deploy/lock.py --without-local-hashes

.PHONY: clean
clean: ## Remove the environment and caches; models, data and tracking stay.
	@rm -rf .venv .mypy_cache .pytest_cache .hypothesis build dist *.egg-info
