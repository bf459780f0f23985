# Every target sets up what it needs: .venv in this folder, from Python 3.11+ and requirements.lock.
PYTHON ?= python3
READY := .venv/.ready

# uv trusts what the system trusts: a university's proxy may sign with an authority of its own.
export UV_SYSTEM_CERTS ?= true

.PHONY: demo test test-full lab site wheels self-study fresh bench lock clean

demo: $(READY)  ## a made-up class: build, release, hand in, grade, feedback, report
	.venv/bin/tp demo

lab: $(READY)  ## JupyterLab with the lectures and a copy of the TP
	.venv/bin/tp lab

site: $(READY)  ## the lectures as a site in build/site
	.venv/bin/sphinx-build -W --keep-going -q -b html course/lectures build/site
	@echo "open build/site/index.html"

test: $(READY)  ## lint, types, and all tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest --numprocesses 2 --dist loadfile

test-full: $(READY)  ## what `make test` leaves out: more draws, all backends
	.venv/bin/python -m pytest --numprocesses 2 --dist loadfile -m full

wheels: $(READY)  ## the two packages in dist/, the student's with the TPs as students get them
	$(call student_package,,dist)
	.venv/bin/python -m build --wheel --no-isolation --outdir dist .

self-study: $(READY)  ## the student package for whoever learns alone, in dist/self-study: model answers open in it
	$(call student_package,--self-study,dist/self-study)

define student_package
	rm -rf course/tps build/wheels$(1)/release  # not the source: checks that are there need not be drawn again
	.venv/bin/python -m autograder.cli --classroom build/wheels$(1) build $(1)
	cp -R build/wheels$(1)/release course/tps
	.venv/bin/python -m build --wheel --no-isolation --outdir $(2) course
	rm -rf course/tps
endef

fresh: self-study  ## the student package in an empty environment: seconds, megabytes, and what `course start` writes
	rm -rf build/fresh
	$(PYTHON) -m venv build/fresh/python
	@for extra in "" "[lab]"; do \
		start=$$(date +%s); \
		build/fresh/python/bin/python -m pip install --quiet --disable-pip-version-check \
			"$$(ls dist/self-study/deep_learning_for_finance-[0-9]*.whl)$$extra" || exit 1; \
		echo "course$$extra: $$(($$(date +%s) - start)) s, $$(du -sm build/fresh/python | cut -f1) MB in all"; \
	done
	@start=$$(date +%s); cd build/fresh && python/bin/course start --no-open && echo "course start: $$(($$(date +%s) - start)) s"
	du -sh build/fresh/deep-learning-for-finance

bench: $(READY)  ## grading beside stock nbgrader and otter; stacked training beside a loop over model.fit
	.venv/bin/python -m autograder.bench
	.venv/bin/python -m course.experiments.training.speed

# From 4.25 on jsonschema, which every Jupyter process imports, compiles 39 grammars on import: 2 to 3 seconds.
lock: $(READY)  ## resolve the dependencies of pyproject.toml anew
	echo 'jsonschema<4.25' | .venv/bin/uv pip compile --universal --generate-hashes --no-annotate --no-header \
		--constraints /dev/stdin \
		--extra cluster --extra jax --group site --group test --upgrade pyproject.toml --output-file requirements.lock

clean:  ## remove what was generated, but no classroom
	rm -rf .venv build dist

# uv, itself taken from the lock with its hash, installs in seconds what pip installs in minutes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed, $(PYTHON) is none: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "$(PYTHON) cannot make environments: install its venv package (Debian: python3-venv)"; exit 1; }
	@echo "setting up .venv (once; some 800 MB, TensorFlow is most of it) ..."
	$(PYTHON) -m venv --clear .venv
	@awk '/^uv==/ {take = 1; print; next} /^[^ ]/ {take = 0} take' requirements.lock > .venv/uv.lock
	@# So does pip from 24.2 on; an older one is told where the system keeps its certificates.
	PIP_CERT="$${PIP_CERT:-$$(.venv/bin/python -c 'import ssl; print(ssl.get_default_verify_paths().cafile or "")')}" \
		.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	.venv/bin/uv pip install --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.lock
	.venv/bin/uv pip install --python .venv/bin/python --quiet --no-deps --no-build-isolation --editable .
	@touch $@
