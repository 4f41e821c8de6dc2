# Every command of the README. `make run` and `make test` are all one needs.
TASK ?= 0
# The first Python that the pinned packages have wheels for.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 \
    python3.10; do $$python -c 'import sys; sys.exit(not (3, 10) <= \
    sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
VENV = .venv/bin/python
# A path may have quotes: the shell takes it from its environment.
export DIR
# These are for another Python, or hide this folder from `python -m`.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH

run: .venv/newest
	@test -f $(TASK)-main.py || { \
	    echo 'TASK must be 0, 1, 2 or 3. Received: $(TASK)'; exit 2; }
	$(VENV) $(if $(DIR),-m tools.own "$$DIR" $(TASK),\
	    $(TASK)-main.py) $(if $(EPOCHS),--epochs $(EPOCHS))

test: .venv/newest
	$(VENV) -m pytest -n auto --dist loadfile

start: .venv/newest
	@$(if $(DIR),,$(error Say which folder: make start DIR=folder))
	@$(VENV) -m tools.start "$$DIR"

# The newest runtime is that of .venv; another's folder has - for a point.
grade: .venv/newest $(if $(filter-out newest,$(RUNTIME)),\
    .nox/$(subst .,-,$(RUNTIME))/made)
	@$(if $(DIR),,$(error Say which folder: make grade DIR=folder))
	$(VENV) -m grader $(if $(RUNTIME),--runtime '$(RUNTIME)') \
	    $(if $(filter command environment,$(firstword $(origin TASK))),\
	    --task '$(TASK)') $(ARGS) -- "$$DIR"

# pyenv hides all Pythons from nox but the chosen ones.
.nox/%/made: .venv/matrix $(wildcard requirements/$(RUNTIME).txt)
	PYENV_VERSION=$$(pyenv versions --bare 2>/dev/null | paste -sd: -) \
	    $(VENV) -m nox --install-only --error-on-missing-interpreters \
	    --session '$(RUNTIME)' -- .
	touch $@

test-grader: .venv/newest $(if $(filter-out newest,$(RUNTIME)),\
    .nox/$(subst .,-,$(RUNTIME))/made)
	$(VENV) -m grader.proof $(if $(RUNTIME),--runtime '$(RUNTIME)')

test-hostile: .venv/newest $(if $(filter-out newest,$(RUNTIME)),\
    .nox/$(subst .,-,$(RUNTIME))/made)
	$(VENV) -m pytest -q --tb=short tests/slow/test_hostile_submissions.py

test-long: .venv/newest .venv/matrix
	$(VENV) -m tools.long_tests

benchmark: .venv/benchmark
	$(VENV) -m tools.benchmark

memory: .venv/newest
	$(VENV) -m tools.memory

results: .venv/newest .venv/matrix
	$(VENV) -m tools.results $(RUNTIME)

matrix: .venv/newest .venv/matrix
	$(VENV) -m tools.matrix $(RUNTIME)

# A file stands for each set of packages, newer than the pins it installed.
.venv/%: requirements/%.txt requirements/tests.txt
	@$(if $(PYTHON),,$(error Python 3.10, 3.11, 3.12 or 3.13 is needed, with \
	    its venv module))
	$(VENV) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@echo 'Installing the packages of $<: about a minute, once'
	$(VENV) -m pip install --quiet --requirement $<
	touch $@

# One line for each command.
help:
	@sed -n 's/^## /make /p' Makefile

## run           trains a model; TASK=0 to 3, EPOCHS=1
## test          the tests, on all cores
## start         lays the four files to fill in into DIR=folder
## grade         grades DIR=folder; RUNTIME=page, ARGS='--csv file'
## test-grader   the grader, with right and wrong solutions; RUNTIME=page
## test-hostile  the grader, with hostile files; RUNTIME=page
## test-long     the long tests
## matrix        the tests on other versions; RUNTIME=page
## benchmark     seconds per epoch, beside other ways to train
## memory        the memory of the mains
## results       the losses and pictures in docs/

# The names that some of these had.
prove: test-grader
siege: test-hostile
torture: test-long

.PHONY: run test start grade test-grader test-hostile test-long benchmark \
    memory results matrix help prove siege torture
