# Every command of the README. `make run` and `make test` are all one needs.
TASK ?= 0
# The first Python that the pinned packages have wheels for.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 \
    python3.10; do $$python -E tools/fits.py ensurepip; done 2>/dev/null | \
    head -n 1)
VENV = .venv/bin/python
# An environment is made anew if its Python was removed or is another by now, or
# if its pip or its packages are gone.
ifeq ($(shell $(VENV) -E tools/fits.py pip $(if $(wildcard .venv/newest),\
    matplotlib numpy tensorflow) 2>/dev/null),)
.PHONY: $(VENV)
endif
# Settings of pip, in variables and in its files, are kept for the index and the
# network, but not for where packages go and which ones.
$(foreach option,DRY_RUN IGNORE_INSTALLED NO_DEPS ONLY_DEPS PRE \
    REQUIRE_HASHES USER,$(eval export PIP_$(option) = 0))
export PIP_CONSTRAINT = /dev/null
export PIP_NO_BINARY = :none:
export PIP_ONLY_BINARY = :none:
unexport $(addprefix PIP_,ABI EDITABLE IMPLEMENTATION PLATFORM PREFIX PYTHON \
    PYTHON_VERSION REQUIREMENT ROOT TARGET)
# One pip at a time, whatever MAKEFLAGS says.
.NOTPARALLEL:
# A path may have quotes: the shell takes it from its environment.
export DIR
# These are for another Python, or hide this folder from `python -m`.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH

run: task .venv/newest
	$(VENV) $(if $(DIR),-m tools.own "$$DIR" $(TASK),\
	    $(TASK)-main.py) $(if $(EPOCHS),--epochs $(EPOCHS)) $(ARGS)

# Before anything is installed.
task:
	@test -f $(TASK)-main.py || { \
	    echo 'TASK must be 0, 1, 2 or 3. Received: $(TASK)'; exit 2; }

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

points: .venv/newest
	$(VENV) -m tools.points

results: .venv/newest .venv/matrix
	$(VENV) -m tools.results $(RUNTIME)

matrix: .venv/newest .venv/matrix
	$(VENV) -m tools.matrix $(RUNTIME)

$(VENV):
	@$(if $(shell '$(PYTHON)' -E tools/fits.py ensurepip 2>/dev/null),,$(error \
	    TensorFlow needs Python 3.10, 3.11, 3.12 or 3.13 with its venv module, \
	    on Linux (x86-64 or ARM64, glibc 2.27 or later) or macOS 12 or later; \
	    on an Intel Mac Python 3.10, 3.11 or 3.12. Received: \
	    $(or $(PYTHON),python3) $(shell '$(or $(PYTHON),python3)' -Ec 'import \
	    platform as p; print("is", p.python_version(), "on", p.platform())' \
	    2>/dev/null)))
	rm -rf .venv
	'$(PYTHON)' -m venv .venv

# A file stands for each set of packages, newer than the pins it installed.
.venv/%: requirements/%.txt requirements/tests.txt $(VENV)
	@echo 'Installing the packages of $<: about a minute, once'
	$(VENV) -m pip install --quiet --target= --root=/ --prefix "$$PWD/.venv" \
	    --requirement $<
	@said=$$(KERAS_BACKEND=tensorflow MPLBACKEND=agg $(VENV) -c "import $$( \
	    sed -n 's/^\([a-z]\{1,\}\).*/\1/p' $< | paste -sd, -)" 2>&1) || { \
	    printf '%s\n' "$$said" "Python cannot import the packages of $<. If \
	pip put them elsewhere, $(VENV) -m pip config list says why; else remove \
	.venv, and call make again"; exit 1; }
	touch $@

# One line for each command.
help:
	@sed -n 's/^## /make /p' Makefile

## run           trains a model; TASK=0 to 3, EPOCHS=1, ARGS=--resume
## test          the tests, on all cores
## start         lays the four files to fill in into DIR=folder
## grade         grades DIR=folder; RUNTIME=page, ARGS='--csv file'
## test-grader   the grader, with right and wrong solutions; RUNTIME=page
## test-hostile  the grader, with hostile files; RUNTIME=page
## test-long     the long tests
## matrix        the tests on other versions; RUNTIME=page
## benchmark     seconds per epoch, beside other ways to train
## memory        the memory of the mains
## points        what faults cost, beside the harm that they do
## results       the losses and pictures in docs/

# The names that some of these had.
prove: test-grader
siege: test-hostile
torture: test-long

.PHONY: run task test start grade test-grader test-hostile test-long benchmark \
    memory points results matrix help prove siege torture
