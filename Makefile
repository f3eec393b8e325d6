# Two commands do everything: `make up` runs Screener, `make test` tests it. Both install what they need into .venv.

.DEFAULT_GOAL := help
.PHONY: editor words help setup test-setup up demo test check bench pictures soak deb lock clean

PYTHON := .venv/bin/python

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## install into .venv; afterwards .venv/bin/screener answers
	@sh scripts/setup.sh

up: setup ## install if needed, then run the proxy and the dashboard (Ctrl-C stops both)
	@exec .venv/bin/screener up $(ARGS)

demo: setup ## play the two stories through the real proxy, in a home of its own
	@exec .venv/bin/screener demo $(ARGS)

test-setup: ## install what the tests need, Chromium included
	@sh scripts/test-setup.sh

test: test-setup ## run every test, on every core (ARGS="-k words" runs some)
	@exec $(PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

check: ## formatting, lint, types, layers, and that the locks are current (needs the package index)
	@sh scripts/setup.sh test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	sh scripts/lock.sh --check

bench: ## measure what it costs, each figure beside a named baseline
	@sh scripts/setup.sh test
	@exec $(PYTHON) -m bench $(ARGS)

pictures: test-setup ## take the manual's pictures again (ARGS=--icons draws the icons too)
	@exec $(PYTHON) -m scripts.pictures $(ARGS)

soak: ## an hour of mixed traffic (MINUTES=60), a hundred thousand broken captures (ARGS="--inputs N"), evidence broken and killed a thousand times, its table opened with LibreOffice
	@sh scripts/setup.sh test
	@$(PYTHON) -m bench.traffic --minutes $(or $(MINUTES),60)
	@$(PYTHON) -m bench.soak $(ARGS)
	@folder=$$(mktemp -d) && $(PYTHON) -m tests.killing "$$folder" 1000 && rm -r "$$folder"
	@$(PYTHON) -m bench.tampering
	@exec $(PYTHON) -m bench.spreadsheet

deb: ## build a Debian package into dist/
	@sh packaging/build-deb.sh

words: ## collect the dashboard's sentences into its catalogues and compile them (ARGS=--check only looks)
	@sh scripts/setup.sh test
	@exec $(PYTHON) scripts/words.py $(ARGS)

editor: ## bundle the rule page's editor anew (needs Node and the package index)
	@sh scripts/editor.sh

lock: ## compile the locks again (ARGS=--upgrade takes newer releases)
	@sh scripts/setup.sh test
	@sh scripts/lock.sh $(ARGS)

clean: ## remove .venv and the clients' environments, nothing else
	rm -rf .venv tests/clients/*/.venv
