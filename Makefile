# Only python3 (3.11 or later) and make are needed: the rest comes into .venv, once.
PYTHON ?= python3
BIN := .venv/bin
VAR ?= var
# Workers that share one pair of engines; a file's tests stay together and in order. 0: in one process, as a debugger wants it.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo up down test check format bench clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.run ## bring everything up, play the demonstration, verify what arrives
	@$(BIN)/atalaya demo $(ARGS)

up: .venv/.run ## start everything in the background; addresses and a first key in var/atalaya.json
	@$(BIN)/atalaya up --detach --var $(VAR) $(ARGS)

down: .venv/.run ## end what `make up` started
	@$(BIN)/atalaya down --var $(VAR)

test: .venv/.dev ## run all tests, on a real Kafka and a real PostgreSQL
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.dev ## lint, formatting, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev ## measure the road, ingest and the list beside their limits
	@$(BIN)/atalaya bench road $(ARGS)
	@$(BIN)/atalaya bench ingest $(ARGS)
	@$(BIN)/atalaya bench watchlist $(ARGS)

clean: down ## end everything and remove all data under var/ and the .venv
	rm -rf $(VAR) .venv

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Atalaya needs Python 3.11 or later; name one with make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "The venv module of $(PYTHON) is not complete; on Debian: apt-get install python3-venv" >&2; exit 1; }

# What running needs, and what developing needs on top; each again only when the dependencies change.
.venv/.run: pyproject.toml | $(BIN)/python
	@echo "Installing into .venv (once) …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[engines]'
	@touch $@

.venv/.dev: pyproject.toml | $(BIN)/python
	@echo "Installing into .venv, with the tools for development (once) …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch .venv/.run $@
