# Needs make and Python 3.11 or newer, nothing else. The first `make chat` or `make test` installs the locked
# packages into .venv; after that no target but `lock` uses the network.

.DEFAULT_GOAL := help
.PHONY: help chat test lint format bench bench-scale fuzz eval screenshots lock licences sbom release clean force

IN_VENV := .venv/bin/python
# Extra words for a command: `make chat ARGS="--corpus my-talks"`, `make test ARGS="-k merge"`.
ARGS ?=

help:
	@echo "make chat    read the talks if needed, then serve the page on http://127.0.0.1:7860"
	@echo "make test    lint, format check, types, then every test"
	@echo "make lint    the same without the tests"
	@echo "make format  put the code into its one format"
	@echo "make eval    how well questions are answered: the project's own labelled questions"
	@echo "make bench   how long things take"
	@echo "make bench-scale  what grows with the collection; ARGS names a file of talks"
	@echo "make fuzz    20,000 inputs that nobody would write, against all that reads from outside; minutes"
	@echo "make screenshots  photograph the page into docs/; needs the system's chromium"
	@echo "make lock    choose the newest allowed packages and write both lock files"
	@echo "make licences  write docs/licences.md: every package that an install brings"
	@echo "make sbom    write dist/sbom.cdx.json, what a release is made of, in CycloneDX"
	@echo "make release build wheel and sdist into dist/ and check them; a pushed tag publishes"
	@echo "make clean   remove .venv and what tools left behind; your index stays"
	@echo
	@echo "ARGS=\"...\" is passed on; PYTHON=/path/to/python chooses the Python that .venv is made with."

chat: .venv/.run
	@.venv/bin/talks chat $(ARGS)

# All of them: two at a time first, then those that must run alone, found by their files, since to import all takes long.
test: lint
ifeq ($(ARGS),)
	@$(IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not alone"
	@$(IN_VENV) -m pytest -m alone $$(grep -rl --include='test_*.py' 'mark\.alone' tests)
else
	@$(IN_VENV) -m pytest $(ARGS)
endif

lint: .venv/.dev
	@$(IN_VENV) -m ruff check
	@$(IN_VENV) -m ruff format --check
	@$(IN_VENV) -m mypy

format: .venv/.dev
	@$(IN_VENV) -m ruff check --fix-only --quiet
	@$(IN_VENV) -m ruff format

eval: .venv/.run
	@.venv/bin/talks eval $(ARGS)

bench: .venv/.run
	@$(IN_VENV) -m evals.bench $(ARGS)

bench-scale: .venv/.run
	@$(IN_VENV) -m evals.bench_scale $(ARGS)

fuzz: .venv/.dev
	@$(IN_VENV) -m evals.fuzz $(ARGS)

screenshots: .venv/.dev
	@$(IN_VENV) -m tests.browser.screenshots

# One resolution for Python 3.11 and later on Linux and macOS; the second lock may not differ from the first.
LOCK := $(IN_VENV) -m uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url
lock: .venv/.dev
	@$(LOCK) --group build --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@grep -c '^[a-z]' requirements.lock requirements-dev.lock

licences: .venv/.dev
	@$(IN_VENV) -m release.licences

sbom: .venv/.dev
	@mkdir -p dist
	@.venv/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.cdx.json

# The checks install the built packages with the locked ones, from the package index.
release: .venv/.dev
	@rm -rf dist
	@$(IN_VENV) -m build --no-isolation --outdir dist >/dev/null
	@$(MAKE) --no-print-directory sbom
	@$(IN_VENV) -m release.check dist
	@echo "All is well: tag this commit v$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) and push the tag."

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	@find assistant ingest tests evals -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# .venv/.place holds the folder that .venv was made for, and is there only while .venv is whole: an install that
# broke off, a moved clone (scripts inside .venv name their folder) or a Python since removed makes it anew.
SOUND := [ "$$(cat .venv/.place 2>/dev/null)" = "$$(pwd -P)" ] && $(IN_VENV) -c 'import pip' 2>/dev/null
ifneq ($(shell $(SOUND) && echo yes),yes)
.venv/.run .venv/.dev: force
endif

.venv/.run: requirements.lock pyproject.toml
	@$(call install,requirements.lock)
	@touch $@

# The dev lock holds all of the other one, in the same versions.
.venv/.dev: requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch .venv/.run $@

# Python compiles what is imported when it is; most modules of these packages never are.
define install
	set -e; \
	if ! { $(SOUND); }; then $(make-venv); fi; \
	place=$$(pwd -P); rm -f .venv/.place; \
	echo "Installing about $$(grep -c "^[a-z]" $(1)) packages into .venv (once; a minute or more) ..." >&2; \
	$(IN_VENV) -m pip install --quiet --disable-pip-version-check --no-input --no-compile --only-binary :all: \
		--require-hashes --requirement $(1); \
	$(IN_VENV) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation \
		--editable .; \
	echo "$$place" > .venv/.place
endef

# Debian and Ubuntu ship Python without what makes environments; a bare `python3 -m venv` leaves half of one there.
define make-venv
	chosen=; bare=; seen=; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3.14 python3); do \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
		seen="$$seen $$python ($$version)"; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || continue; \
		if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then chosen=$$python; break; fi; \
		bare=$$python; \
	done; \
	if [ -z "$$chosen" ] && [ -n "$$bare" ]; then \
		echo "$$bare cannot make environments: its venv module is missing. On Debian or Ubuntu:" \
			"apt install python3-venv (as root), then run make again." >&2; exit 1; \
	elif [ -z "$$chosen" ]; then \
		echo "No Python 3.11 or newer here; found:$${seen:- none}. Install one, or name it:" \
			"make PYTHON=/path/to/python ..." >&2; exit 1; \
	fi; \
	"$$chosen" -m venv --clear .venv
endef
