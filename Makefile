# `make run` and `make test` need Python 3.11 and a network on their first run, nothing else.
PYTHON ?= $(shell for p in .venv/bin/python python3.11 python3; do $$p -c 1 2>/dev/null && echo $$p && break; done)
ENVIRONMENT = $(or $(PYTHON),python3) deploy/environment.py
MANAGE = .venv/bin/python manage.py
TEST = .venv/bin/python -m pytest
BIN = .venv/bin/python -m

.PHONY: help run test test-all lint format clean dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 · /p' Makefile | awk -F ' · ' '{printf "make %-10s %s\n", $$1, $$2}'

run: ## install, prepare and serve the site on http://127.0.0.1:8000 (PORT=8001 for another)
	@$(ENVIRONMENT) requirements.txt $(if $(DATABASE_URL)$(CACHE_URL),requirements-large.txt)
	@$(MANAGE) serve --prepare

dev:
	@$(ENVIRONMENT) requirements-dev.txt

test: dev ## run the tests that need nothing but Python
	@$(TEST)

test-all: dev ## run all tests: with a browser, and again on PostgreSQL and Redis where they are given
	@if [ -z "$$TEST_DATABASE_URL$$TEST_CACHE_URL" ]; then \
	  $(TEST) --everything || exit; \
	  echo "Left out: the pass on PostgreSQL and Redis. Set TEST_DATABASE_URL and TEST_CACHE_URL."; \
	else \
	  logs=$$(mktemp -d); \
	  $(TEST) --everything -m browser >$$logs/browser 2>&1 & browser=$$!; \
	  DATABASE_URL="$$TEST_DATABASE_URL" CACHE_URL="$$TEST_CACHE_URL" \
	    $(TEST) --everything -m "not browser" >$$logs/large 2>&1 & large=$$!; \
	  $(TEST) --everything -m "not browser"; embedded=$$?; \
	  wait $$browser; browser=$$?; echo; echo "Beside it, with a browser:"; cat $$logs/browser; \
	  wait $$large; large=$$?; echo; echo "And on PostgreSQL and Redis:"; cat $$logs/large; \
	  rm -rf $$logs; \
	  [ "$$embedded $$browser $$large" = "0 0 0" ]; \
	fi

lint: dev ## check style, types, templates and migrations; changes nothing
	@$(BIN) ruff check .
	@$(BIN) ruff format --check --quiet .
	@$(BIN) mypy
	@find templates -name '*.html' -print0 | xargs -0 -r .venv/bin/djade --target-version 5.2 --check
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) lintmigrations --settings newssite.settings_lint

format: dev ## put code and templates into the project's format
	@$(BIN) ruff check --fix --quiet .
	@$(BIN) ruff format .
	@find templates -name '*.html' -print0 | xargs -0 -r .venv/bin/djade --target-version 5.2

clean: ## remove what is made anew by itself; keeps var/, the site's data
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis var/static var/static.stamp
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
