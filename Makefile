# Every target needs only python3 >= 3.11: `make test PYTHON=python3.12` names another one.
PYTHON ?= python3
BOOTSTRAP := $(PYTHON) config/house/bootstrap.py
VENV := .venv/bin/python
SCRATCH := $(VENV) -m config.house.servers scratch --

# One step of lint or test: says its name, and says it again where it fails.
step = @printf '== %s\n' '$(1)'; $(2) || { printf '\nmake $@: "%s" failed\n' '$(1)' >&2; exit 1; }

.PHONY: help run test lint bench year clean
help:
	@echo 'make run    start everything here; ends with READY http://...   (PORT=8000)'
	@echo 'make test   everything that must pass; the same that CI runs    (ARGS="-k words")'
	@echo 'make lint   what make test checks before it runs the tests'
	@echo 'make bench  figures on this machine'
	@echo 'make year   FILE=...: a retailer'\''s whole year, through to a store'
	@echo 'make clean  delete all data and caches made here; .venv stays'

run:
	@$(BOOTSTRAP) && STOCKCAST_PARENT=$$PPID exec $(VENV) -m config.house

lint:
	@$(BOOTSTRAP) --dev
	$(call step,ruff check,$(VENV) -m ruff check .)
	$(call step,ruff format,$(VENV) -m ruff format --check .)
	$(call step,mypy,$(SCRATCH) $(VENV) -m mypy .)
	$(call step,import-linter,.venv/bin/lint-imports --no-logo)
	$(call step,migrations,$(SCRATCH) $(VENV) manage.py makemigrations --check --dry-run)

test: lint
	$(call step,pytest,$(VENV) -m config.house.servers test -- $(ARGS))

bench:
	@$(BOOTSTRAP) --dev
	@$(VENV) -m config.house.servers --durable test -- -q -s -p no:randomly -o python_files='bench_*.py' tests/bench

# The whole way of a real year: make year FILE=../shared/data/online-retail/online-retail.csv.gz
year:
	@$(BOOTSTRAP) --dev
	@LOG_LEVEL=WARNING FILE='$(abspath $(FILE))' $(VENV) -m config.house.servers --durable test -- -q -s tests/acceptance/year.py

clean:
	@test ! -x $(VENV) || $(VENV) -m config.house.servers clean
	@rm -rf static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
