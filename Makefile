# The course, one word at a time. Needs Python 3.11 to 3.14 and make; everything else is installed into .venv.
#
#   PYTHON=python3.13     the Python that .venv is made from        WITH="zig browser"   extras to install
#   PORT=8888             where JupyterLab listens                  IP=0.0.0.0           for whom: a container's, say
#   ON=notebooks          open the originals, not your copies       NB=03                only this chapter (03,07: these;
#                                                                                        or the path of a notebook)
#   FLAGS=…               more options for the command that runs    RUNS=20              how often, for `make evidence`
#   ROUTE=90              slides of a shorter way (half-day, two-days)

PYTHON = python3
WITH =
PORT =
IP =
ON =
NB =
RUNS = 1
ROUTE =
FLAGS =

# Variables that were set for another Python (ROS, the modules of a computing centre) are not heeded, nor the one with
# which images of containers have every start compile its imports anew.
ALONE = env -u PYTHONHOME -u PYTHONPATH -u PYTHONDONTWRITEBYTECODE
SETUP = $(PYTHON) -E unladen/course/bootstrap.py --with "$(WITH)"
# What is put into format; the cells of the notebooks are set by hand, as they are projected.
CODE = unladen tests img
RUN = $(ALONE) PATH="$$(pwd)/.venv/bin:$$PATH" .venv/bin/python -E -m
# The same for what the core does without, in an environment of its own.
EXTRAS = $(PYTHON) -E unladen/course/bootstrap.py --with "root jit $(WITH)" --into .venv-extras
RUN_EXTRAS = $(ALONE) PATH="$$(pwd)/.venv-extras/bin:$$PATH" .venv-extras/bin/python -m

help: # this list: the lines below that have two number signs
	@awk -F ':.*## ' '/^##@ / { print substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

##@ For whoever learns or teaches
lab: ## open your copies of the course in JupyterLab (ON=notebooks: the originals)
	@$(SETUP)
	@exec $(RUN) unladen lab --on="$(ON)" --port="$(PORT)" --ip="$(IP)" $(FLAGS)

setup: ## install what the course needs, or mend it, and no more
	@$(SETUP) --exact --again --say

update: ## bring a newer course into your copies; what you wrote stays
	@$(SETUP)
	@$(RUN) unladen update $(FLAGS) $(NB)

# Its verdict is no failure of make's: status 1 has `python3 unladen/course/doctor.py`, if a script asks.
doctor: ## name every problem of this machine, with the command that fixes it
	@$(PYTHON) -E unladen/course/doctor.py $(FLAGS) || test $$? -eq 1

slides: ## export the lectures as slides into slides/ (ROUTE=90: those of a shorter way)
	@$(SETUP)
	$(RUN) unladen slides --route="$(ROUTE)" $(FLAGS) $(NB)

test: ## prove all of it, or one chapter (NB=03): style, notebooks against their stored outputs, tests
	@$(SETUP) --exact
	@exec $(RUN) unladen suite --nb="$(NB)" $(FLAGS)

# Checkpoints are not removed: they are copies of what somebody wrote.
MADE = .venv .venv-extras slides .pytest_cache .ruff_cache
clean: ## remove what was installed and made; your copies and your progress stay
	@echo "Removing $(MADE), and __pycache__ beside the code."
	@echo "Your copies (work/), what was set aside (kept/), every notebook and your progress stay."
	@echo "The next start needs the network and installs anew: a minute with what uv has in its cache, some without it."
	@rm -rf $(MADE) .venv*-before* .venv*-unused*
	@find unladen $(wildcard tests img) -name __pycache__ -prune -exec rm -rf {} +

##@ For whoever maintains it
test-extras: ## prove what needs ROOT, Pythran, Taichi, Fortran or other Pythons, in .venv-extras
	@$(EXTRAS)
	@$(RUN_EXTRAS) unladen extras
	lectures=$(if $(NB),"notebooks --chapter $(NB)","$$($(RUN_EXTRAS) unladen chapters --extras)") && \
	    $(RUN_EXTRAS) pytest --nbval $$lectures $(FLAGS)
	$(RUN_EXTRAS) pytest tests -m extras -rs $(FLAGS)

render: ## execute the lectures and solutions, keeping outputs that did not change
	@$(SETUP)
	$(RUN) unladen render $(FLAGS) $(NB)

record: ## run what is shown as recorded (other Pythons, Java, extras, profilers) and is here, into results/
	@$(SETUP)
	$(RUN) unladen record $(FLAGS) $(NB)

derive: ## make exercises/ out of solutions/, and docs/words.md out of docstrings
	@$(SETUP)
	$(RUN) unladen derive $(FLAGS) $(NB)
	$(RUN) unladen words

lint: ## check style and the rules for notebooks, and put the code in format
	@$(SETUP)
	$(RUN) ruff check --fix
	$(RUN) ruff format $(CODE)
	$(RUN) unladen lint $(NB)

evidence: ## run the lectures RUNS times, and say how tight their claims are (FLAGS="--load=4": beside other work)
	@$(SETUP)
	$(RUN) unladen evidence --runs="$(RUNS)" $(FLAGS) $(NB)

bench: ## measure how long a cell takes to become a callable, beside the other ways
	@$(SETUP)
	$(RUN) unladen bench $(FLAGS)

lock: ## resolve the dependencies anew (FLAGS=--upgrade for the newest)
	@$(SETUP)
	$(RUN) uv pip compile pyproject.toml --extra course --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet $(FLAGS) -o requirements.txt
	for extra in zig browser root jit; do \
	    .venv/bin/python -E -c "import sys, tomllib; \
	project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
	print(*project['optional-dependencies'][sys.argv[1]], sep='\n')" $$extra \
	    | $(RUN) uv pip compile - -c requirements.txt --universal --python-version 3.11 --generate-hashes \
	    --no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet $(FLAGS) \
	    -o requirements-$$extra.txt || exit 1; done

exercises: # its name was taken for a learner's
	@echo "It is \`make derive\` now, and for maintainers: yours to edit are the copies that \`make lab\` opens." >&2; exit 2

.PHONY: help lab setup update doctor slides test clean test-extras render record derive lint evidence bench lock exercises
