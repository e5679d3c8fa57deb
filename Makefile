# `make demo` shows the whole path. `make check` is for while one works, and needs nothing but Rust and a C compiler.
# `make test` installs what the tests need and runs them all. CONTRIBUTING.md tells more.

.PHONY: demo check test build toolchains lint deny advisories bench

# Each binary is built on its own: a build of the whole workspace would unify cargo features and put the compiler into
# the runner.
build:
	cargo build --locked --release -p modusc
	scripts/build-runner.sh --release

demo:
	scripts/demo.sh

check:
	scripts/check.sh

toolchains:
	scripts/setup-toolchains.sh >/dev/null

test: toolchains
	scripts/test.sh

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

deny:
	scripts/deny.sh

advisories:
	scripts/deny.sh advisories

bench: toolchains
	benchmarks/run.sh
