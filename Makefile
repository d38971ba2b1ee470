# Every command of the house. PYTHON picks the interpreter: make demo PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
VENV_TEST ?= .venv-test

CLIP := $(firstword $(sort $(wildcard examples/*.mp4)))
PIP_INSTALL := install --quiet --disable-pip-version-check --constraint constraints.txt
# Where PYTHON has a pip that installs for another interpreter, the demo's environment needs none of its own: 5 s, 27 MB.
WITHOUT_PIP = $(shell $(PYTHON) -m pip --help 2>/dev/null | grep -q -e '--python ' && echo --without-pip)
# The floors that everything stands on, see docs/architecture.md.
LOWER_FLOORS := src/poselift/errors.py,src/poselift/arrays.py,src/poselift/skeleton/*,src/poselift/geometry/*,src/poselift/normalisation/*,src/poselift/data/*,src/poselift/metrics/*

.DEFAULT_GOAL := help
.PHONY: help demo test privacy check fmt bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.video-installed ## lift the example video: result, overlay and viewer in demo_out/
	$(VENV)/bin/poselift lift $(CLIP) -o demo_out --overwrite

test: $(VENV_TEST)/.dev-installed ## run the tests, and hold the lower floors to 90 % covered lines
	$(VENV_TEST)/bin/python -m pytest --cov --cov-report= $(PYTEST_ARGS)
	$(VENV_TEST)/bin/python -m coverage report --include='$(LOWER_FLOORS)' --skip-covered --fail-under=90

privacy: $(VENV_TEST)/.dev-installed ## show that nothing leaves the machine; needs Linux and strace
	POSELIFT_TRACE_REQUIRED=1 $(VENV_TEST)/bin/python -m pytest tests/privacy tests/test_telemetry.py

check: $(VENV_TEST)/.dev-installed ## lint, formatting and types
	$(VENV_TEST)/bin/ruff check
	$(VENV_TEST)/bin/ruff format --check
	$(VENV_TEST)/bin/mypy

fmt: $(VENV_TEST)/.dev-installed ## format the code
	$(VENV_TEST)/bin/ruff check --fix
	$(VENV_TEST)/bin/ruff format

bench: $(VENV_TEST)/.dev-installed ## measure speed and memory
	$(VENV_TEST)/bin/poselift bench

clean: ## delete what the other targets made
	rm -rf $(VENV) $(VENV_TEST) demo_out dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp is newer than the two files that say what to install, so a second run installs nothing.
$(VENV)/.video-installed: pyproject.toml constraints.txt
	$(call new_venv,$(VENV),$(WITHOUT_PIP))
	@echo "Installing into $(VENV), half a minute to two minutes ..."
	$(if $(WITHOUT_PIP),$(PYTHON) -m pip --python $(VENV)/bin/python,$(VENV)/bin/python -m pip) $(PIP_INSTALL) --no-compile --editable '.[video]'
	@touch $@

$(VENV_TEST)/.dev-installed: pyproject.toml constraints.txt
	$(call new_venv,$(VENV_TEST))
	@echo "Installing into $(VENV_TEST), two to five minutes ..."
	$(VENV_TEST)/bin/python -m pip $(PIP_INSTALL) --editable '.[dev]'
	@touch $@

define new_venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "poselift needs Python 3.10 or newer, this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
@test -x $(1)/bin/python || $(PYTHON) -m venv $(2) $(1)
endef
