# `make serve` shows the page, `make test` checks everything. Each target installs first what it lacks.
.DEFAULT_GOAL := help
.PHONY: help setup build serve test lint native parity examples browser e2e firefox hosts speed screenshots bench bench-page monkey lighthouse memory docs accuracy package dist clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Install the missing tools, at pinned versions
	@tools/setup

build: setup ## Build the page into dist/
	@tools/build

serve: setup ## Build the page and serve it on 127.0.0.1, port 8080 or the next free one (PORT=… for another)
	@tools/build --if-needed
	@node tools/serve.mjs dist

test: setup ## Run every check and test below; closes with "N passed, N failed"
	@tools/test

lint: setup ## Check format and lints, native and wasm
	@tools/test lint

native: setup ## Test the simulation
	@tools/test native

parity: setup ## Test that native, Node and Chromium agree to the byte
	@tools/test parity

examples: setup ## Test the examples that spread a sweep with GNU parallel and Dask
	@tools/test examples

browser: setup ## Test the page's parts in headless Chromium
	@tools/test browser

e2e: setup ## Build the page and test it as a visitor would use it
	@tools/test e2e

hosts: setup ## Make course notes with mdBook, reveal.js and Jupyter, and test the frames in them
	@tools/build --if-needed
	@tools/hosts

firefox: setup ## Test the page in Firefox, a small set; says so where there is none
	@tools/test firefox

monkey: setup ## Random input on all stages and the sandbox: SECONDS=120 each, SEED=1
	@tools/build --counted
	@node tools/monkey.mjs

lighthouse: setup ## Rate the page as Lighthouse does, on its mobile profile
	@tools/build --if-needed
	@node tools/lighthouse.mjs

speed: setup ## Check that the hot loop is compiled as well as it was
	@tools/test speed

screenshots: setup ## Take the pictures in docs/screenshots
	@tools/build --if-needed
	@node tools/screenshots.mjs

bench: setup ## Measure the engine, native, in Node and in Chromium, and the page (ROUNDS=2 for a quick look)
	@tools/bench
	@$(MAKE) --no-print-directory bench-page

bench-page: setup ## Measure the page: main thread, slider, start, transfer
	@tools/build --if-needed
	@node tools/bench-page.mjs

memory: ## Check that long runs do not grow: an hour at 10,000/s, ten minutes at 1,000,000/s
	@cargo run --quiet --release --example memory

docs: ## Write docs/model.md, docs/sharing.md and the JSON Schema anew from their tables
	@MILLIONTH_RECORD=1 cargo test --quiet --features web --lib --test native is_written_down

accuracy: ## Measure every case of theory into docs/accuracy.md (ONLY=WORD for the cases with a word)
	@cargo run --quiet --release --example accuracy -- $(ONLY)

package: setup ## Build the JavaScript package
	@tools/package

dist: setup ## Make the folder site/ that any static host can serve (OLD=folder keeps the versions in it)
	@tools/dist

clean: ## Remove what was built
	@cargo clean --quiet
	@rm -rf dist site test-results
