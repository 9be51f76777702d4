# The verbs of the project. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# uv: the one on the path, else one in a private place of this checkout.
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.uv/bin/uv)
PYTHON ?= python3
BIN := .venv/bin
DEMO_DIR ?= .demo
CLUSTER_DIR ?= .cluster

.PHONY: help setup demo test fmt lint types layers e2e wheel bench faults fuzz check clean cluster-up cluster-status cluster-down

help: ## List the verbs
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(CURDIR)/.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet uv

setup: $(if $(findstring .uv,$(UV)),$(UV)) ## Make both environments: datacoop's and Label Studio's
	$(UV) sync --quiet --locked --all-extras --python $(PYTHON)
	UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-label-studio $(UV) sync --quiet --locked \
	  --project infra/label-studio --python $(PYTHON)

demo: setup ## Play the whole path on made-up members, with a real Label Studio
	$(BIN)/datacoop demo --dir $(DEMO_DIR)

test: setup ## Run all tests
	$(BIN)/pytest -q -n auto --dist loadfile

fmt: setup ## Format the code
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .

lint: setup ## Check format, style and spelling
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/codespell pipelines schemas docs README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md

types: setup ## Check types
	$(BIN)/mypy

layers: setup ## Check that imports point down
	$(BIN)/lint-imports

e2e: setup ## Run the tests that start real services
	$(BIN)/pytest -q -m integration

wheel: setup ## Build the wheels into dist/
	rm -rf dist
	$(UV) build --quiet --all-packages --wheel --out-dir dist

bench: setup ## Run the benchmarks, and write their tables into docs/
	for script in benchmarks/bench_*.py benchmarks/report_*.py; do $(BIN)/python $$script; done

faults: setup ## Let every input and output of a job fail, kill it at each, spoil every byte
	DATACOOP_FAULTS=all $(BIN)/pytest -q -n auto --dist loadfile tests/faults

fuzz: setup ## Scrub random texts for ten minutes
	$(BIN)/python benchmarks/fuzz_scrub.py --minutes 10

cluster-up: setup ## Run the whole service on this machine: S3, Label Studio, gateway, Flink
	$(BIN)/python infra/local/cluster.py up --dir $(CLUSTER_DIR)

cluster-status: ## Say which services of the cluster answer
	$(BIN)/python infra/local/cluster.py status --dir $(CLUSTER_DIR)

cluster-down: ## Stop the cluster
	$(BIN)/python infra/local/cluster.py down --dir $(CLUSTER_DIR)

check: lint layers types test wheel ## Everything that must hold before a change lands

clean: ## Remove what the verbs made
	rm -rf .venv .venv-label-studio .uv dist $(DEMO_DIR)
