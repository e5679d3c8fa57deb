# Two commands matter: `make demo` shows the whole path, `make test` installs what the tests need and runs them all.

.PHONY: demo test build toolchains lint bench

# Each binary is built on its own: a build of the whole workspace would unify cargo features and put the compiler into
# the runner.
build:
	cargo build --locked --release -p modusc
	scripts/build-runner.sh --release

demo: build
	cargo build --locked --release -p tests --bin openai-stand-in
	scripts/demo.sh

toolchains:
	scripts/setup-toolchains.sh >/dev/null

test: toolchains
	scripts/test.sh

lint:
	cargo fmt --all --check
	scripts/each-crate.sh clippy --locked --all-targets -- -D warnings

bench: toolchains
	benchmarks/run.sh
