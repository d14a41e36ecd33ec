# Two commands: `make plan` sets up and runs the main job on the shipped data, `make test` sets up and runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: plan test lint lock wheel clean

plan: $(READY)
	$(BIN)/merger plan hai-phong-2025 -o plans/hai-phong-2025

test: $(READY)
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

# Newer versions of the dependencies, for every platform and Python 3.11+.
lock:
	uv pip compile --universal --python-version 3.11 --extra dev pyproject.toml -o requirements.lock --no-header --upgrade

wheel: $(READY)
	$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

clean:
	rm -rf $(VENV) build dist *.egg-info

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@
