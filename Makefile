# make report [YEAR=2025] [REGION="jiutai CN"]   the evaluation's pages, in reports/
# make demo        the same for a synthetic district
# make test        everything that needs nothing but Python
# make test-all    that, and the tests that need Chromium, npm or LibreOffice
# make lab         JupyterLab in the same environment
# make api         pages of the library's functions, in build/api
# make mutate      a sample of small faults put into the package: how many do the tests find? (an hour)
# make lint types notebooks test-tools    parts of the tests
# make refresh     run the committed notebooks again, after a change that shows in them
# make lock        requirements.lock from pyproject.toml;  make clean removes what can be rebuilt
#
# Needs Python >= 3.11 with pip, and make. Another Python: make test PYTHON=/usr/bin/python3.12

YEAR ?= 2025
REGION ?= jiutai CN
WORKERS ?= 2
VENV := .venv
PY := $(VENV)/bin/python

# The first of these that is new enough; asked only when the environment has to be made.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(if $(shell $(p) -c 'import sys; print("y" if sys.version_info >= (3, 11) else "")' 2>/dev/null),$(p))))

# The environment is stamped with what it was made from: the lock, the place (its programs know
# their own path), and for the package itself pyproject.toml. Contents count, not dates, so that
# changing branches rebuilds nothing without need.
SUM = cksum | tr -d ' '
LOCKED := $(VENV)/.locked-$(shell { cat requirements.lock; pwd; } | $(SUM))
READY := $(VENV)/.ready-$(shell { cat requirements.lock pyproject.toml; pwd; } | $(SUM))

PYTEST = $(PY) -m pytest -q
# Evaluates what the notebooks are about, once for all their kernels.
ONCE = $(PY) tests/evaluated_once.py
# A file opened without saying its encoding fails a test, because it fails on a Chinese Windows.
STRICT = PYTHONWARNDEFAULTENCODING=1

.PHONY: report demo test test-all test-tools unit notebooks refresh lint types mutate lab api \
	lock clean help

report: $(READY)
	$(PY) -m halfsky.cli run $(YEAR) $(foreach r,$(REGION),--region $(r))

demo: $(READY)
	$(PY) -m halfsky.cli demo
	$(PY) -m halfsky.cli run $(YEAR) --region demo

test: lint types unit notebooks

test-all: test test-tools

# One file stays with one worker, because what its tests share is made once.
unit: $(READY)
	$(STRICT) $(PYTEST) -p no:nbval -n $(WORKERS) --dist loadfile -m "not tools"

notebooks: $(READY)
	$(ONCE) $(PYTEST) -n $(WORKERS) --dist loadfile --nbval \
		--nbval-sanitize-with tests/nbval_sanitize.cfg notebooks

# Without the cells' times and the widgets' state: git shows what changed and nothing else.
refresh: $(READY)
	@printf '%s\n' notebooks/*.ipynb | $(ONCE) xargs -P $(WORKERS) -n 1 \
		$(PY) -m jupyter nbconvert \
		--log-level ERROR --to notebook --execute --inplace \
		--ExecutePreprocessor.record_timing=False \
		--ExecutePreprocessor.store_widget_state=False \
		--ExecutePreprocessor.extra_arguments=--IPKernelApp.log_level=50

test-tools: $(READY)
	$(STRICT) $(PYTEST) -m tools

lint: $(READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports

types: $(READY)
	$(PY) -m mypy

# Neither tool is needed for anything else: each gets a folder of its own, beside the environment.
mutate: $(READY) build/mutate build/coverage
	$(PY) tests/benchmarks/mutation.py --jobs $(WORKERS) $(MUTATE)

build/mutate build/coverage:
	$(PY) -m pip install -q --disable-pip-version-check --target $@ \
		$(if $(findstring coverage,$@),coverage==7.17.5,cosmic-ray==8.7.0)

lab: $(READY)
	$(PY) -m jupyter lab notebooks

api: $(READY)
	$(PY) -m pdoc --docformat google -o build/api halfsky

# pyproject.toml says what is needed, requirements.lock what every machine installs.
lock: $(READY)
	$(PY) -m pip install -q --disable-pip-version-check uv
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m uv pip compile -q --universal \
		--python-version 3.11 --generate-hashes --extra dev pyproject.toml -o requirements.lock

$(READY): $(LOCKED) pyproject.toml
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.ready-*
	@touch $(READY)

# Some machines have no ensurepip, and venv fails; virtualenv does the same without it. It goes
# into a folder of its own because many systems forbid pip to touch theirs.
$(LOCKED): requirements.lock
	@rm -rf $(VENV)
	@test -n "$(PYTHON)" || { echo "halfsky needs Python 3.11 or newer: make PYTHON=..." >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON): a few minutes, once" >&2
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		$(PYTHON) -m pip install -q --disable-pip-version-check --target build/virtualenv virtualenv \
		&& PYTHONPATH=build/virtualenv $(PYTHON) -m virtualenv -q $(VENV); }
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(LOCKED)

# Releases are filed, not rebuilt: they stay.
clean:
	rm -rf $(VENV) build data/processed/*
	find reports -type f ! -path '*/releases/*' ! -name .gitkeep -delete
	find reports -mindepth 1 -type d -empty -delete

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile
