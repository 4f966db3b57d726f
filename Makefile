# make report [YEAR=2025] [REGION="jiutai CN"]   the evaluation's pages, in reports/
# make test        everything that needs nothing but Python
# make test-all    that, and what needs Chromium, npm or LibreOffice
# make lab         JupyterLab in the same environment

YEAR ?= 2025
REGION ?= jiutai CN
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: report test test-all lab lint types notebooks lock clean

report: $(READY)
	$(BIN)/halfsky run $(YEAR) $(foreach r,$(REGION),--region $(r))

test: $(READY) lint types
	$(BIN)/python -m halfsky_tests.count tools
	$(BIN)/pytest -q -n 2 -m "not tools"
	$(BIN)/pytest -q -n 2 --dist loadfile --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg notebooks

test-all: $(READY) test
	$(BIN)/pytest -q -m tools

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

lab: $(READY)
	$(BIN)/jupyter lab notebooks

# The lock is made from pyproject.toml; requirements.lock is what every machine installs.
lock: $(READY)
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --extra dev \
		pyproject.toml -o requirements.lock

# A stale or missing environment is made afresh; ensurepip is missing on some Debian machines,
# there virtualenv does the same.
$(READY): requirements.lock pyproject.toml
	@rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
		$(PYTHON) -m pip install -q --user virtualenv && $(PYTHON) -m virtualenv -q $(VENV); }
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

clean:
	rm -rf $(VENV) data/processed/* reports/*
