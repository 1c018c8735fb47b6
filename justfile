# The daily words. `just` alone lists them; every recipe is one line you can also type.

export CARGO_PROFILE_DEV_DEBUG := "0"

# What there is
default:
    @just --list --unsorted

# Everything CI does
ready:
    .ci/run

# Every door that can be opened on this machine: wheel, hook, action, packages, book
doors:
    .ci/doors

# Build the program
build:
    cargo build --workspace --bins

# All tests, or those whose name contains the word
test *NAME:
    cargo test --workspace {{NAME}}

# Only what guards the house: arrows, circles, products, wording, documents
guards:
    cargo test --workspace --test suite -- architecture circles products wording doors

# Format everything, then lint everything
tidy:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# A new check, as in: just new-check endpoints/acs-in-wrong-order
new-check ID:
    cargo new-check {{ID}}

# Write the generated pages of docs/ anew
docs:
    cargo run --quiet -p diag-cli -- docs docs

# The book, in target/book
book:
    mdbook build

# diag.html, in target/page
page:
    cli/page/build.sh

# Licences, bans, sources
deny:
    cargo deny check bans licenses sources
