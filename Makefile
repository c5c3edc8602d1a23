# Every target needs only python3 >= 3.11: `make test PYTHON=python3.12` names another one.
PYTHON ?= python3
BOOTSTRAP := $(PYTHON) config/house/bootstrap.py
VENV := .venv/bin/python
SCRATCH := $(VENV) -m config.house.servers scratch --

# One step of lint or test: says its name, and says it again where it fails.
step = @printf '== %s\n' '$(1)'; $(2) || { printf '\nmake $@: "%s" failed\n' '$(1)' >&2; exit 1; }

.PHONY: help run test lint screenshots bench chaos fuzz year day scale clean
help:
	@echo 'make run    start everything here; ends with READY http://...   (PORT=8000)'
	@echo 'make test   everything that must pass; the same that CI runs    (ARGS="-k words")'
	@echo 'make lint   what make test checks before it runs the tests'
	@echo 'make screenshots  takes the pictures of docs/screenshots anew'
	@echo 'make bench  figures on this machine'
	@echo 'make chaos  kills, crashes and thousands of random lives, for tens of minutes'
	@echo 'make fuzz   the partner API against its schema, by chance and in sequences (SECONDS=1200)'
	@echo 'make year   FILE=...: a retailer'\''s whole year, through to a store'
	@echo 'make day    FILE=...: a busy day of it, sold at a failing store while goods move here'
	@echo 'make scale  a million products; what every list costs then        (PRODUCTS= LEVELS= MOVEMENTS=)'
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

# One lane more than cores, for many tests wait (-n 0 in ARGS: all in one process, where -s and --pdb can be used).
LANES := -n auto --dist worksteal
test: lint
	$(call step,pytest,$(VENV) -m config.house.servers test -- $(LANES) $(ARGS))

# Without the browser tests that keep no picture.
UNPICTURED := --ignore=tests/browser/test_stories.py --ignore=tests/browser/test_communicated.py -k 'not title_of_a_page'
screenshots:
	@$(BOOTSTRAP) --dev
	@rm -f docs/screenshots/*
	STOCKCAST_SCREENSHOTS=1 $(VENV) -m config.house.servers test -- $(LANES) tests/browser $(UNPICTURED) $(ARGS)
	@$(VENV) -m tests.browser.catalogue

bench:
	@$(BOOTSTRAP) --dev
	@$(VENV) -m config.house.servers --durable test -- -q -s -p no:randomly -o python_files='bench_*.py' tests/bench

# Two lanes, one for each core: the lives of the state machine, and everything else.
CHAOS := STOCKCAST_CHAOS=full LOG_LEVEL=ERROR $(VENV) -m config.house.servers test -- -q -s --durations=5 tests/chaos
chaos:
	@$(BOOTSTRAP) --dev
	@$(CHAOS) -k test_life $(ARGS) & lives=$$!; $(CHAOS) -k 'not test_life' $(ARGS); rest=$$?; \
	wait $$lives && exit $$rest

# What make test does for half a minute, for twenty; and the races of two clients, 1,000 rounds each.
fuzz:
	@$(BOOTSTRAP) --dev
	@STOCKCAST_FUZZ=full $(if $(SECONDS),STOCKCAST_FUZZ_SECONDS=$(SECONDS)) LOG_LEVEL=ERROR $(VENV) -m config.house.servers test -- -q -s tests/partners/test_schema_fuzz.py tests/partners/test_races.py $(ARGS)

# The whole way of a real year: make year FILE=../shared/data/online-retail/online-retail.csv.gz
year:
	@$(BOOTSTRAP) --dev
	@LOG_LEVEL=WARNING FILE='$(abspath $(FILE))' $(VENV) -m config.house.servers --durable test -- -q -s tests/acceptance/year.py

# A busy day of it, its customers at a failing store: make day FILE=... (SPEED=50 DAY=2011-11-22)
day:
	@$(BOOTSTRAP) --dev
	@LOG_LEVEL=WARNING FILE='$(abspath $(FILE))' $(VENV) -m config.house.servers --durable test -- -q -s tests/acceptance/day.py

# A database of its own that stays, so that it can be measured again; make clean deletes it, too.
PRODUCTS ?= 1000000
LEVELS ?= 2000000
MOVEMENTS ?= 5000000
scale:
	@$(BOOTSTRAP) --dev
	@STOCKCAST_DATA=$${STOCKCAST_DATA:-.stockcast}/scale LOG_LEVEL=ERROR $(SCRATCH) sh -c '\
	$(VENV) manage.py migrate -v0 && $(VENV) manage.py generate --unless-there \
	--products $(PRODUCTS) --levels $(LEVELS) --movements $(MOVEMENTS) && \
	$(VENV) manage.py measure --write'

clean:
	@test ! -x $(VENV) || $(VENV) -m config.house.servers clean
	@rm -rf static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
