# `make run` and `make test` need nothing but make and Python 3.11 or newer.
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: run test lint bench check clean

run: $(READY)
	@$(BIN)/dosethread run

test: $(READY)
	@$(BIN)/python -m pytest

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/dosethread check

bench: $(READY)
	@$(BIN)/python -m tests.bench

check: $(READY)
	@$(BIN)/dosethread check

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version)" >&2; exit 2; }
	@echo "Setting up $(VENV) (first start only, about a minute) ..." >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
	@echo "Preparing facts and questions ..." >&2
	@$(BIN)/dosethread ask "baclofen dose?" > /dev/null 2>&1 || true
	@touch $(READY)

clean:
	rm -rf $(VENV)
