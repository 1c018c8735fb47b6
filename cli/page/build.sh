#!/usr/bin/env bash
# Builds the page: core, all checks and the report as WebAssembly, packed into one HTML file.
# Usage: cli/page/build.sh [OUTPUT]      (default: target/page/diag.html)
# DIAG_PAGE_PROFILE=page-quick builds what tests look at: sooner, larger, and without wasm-opt.
# Ends with 3 where the target wasm32-unknown-unknown cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=wasm32-unknown-unknown
output=${1:-target/page/diag.html}
profile=${DIAG_PAGE_PROFILE:-page}
: "${CARGO_TARGET_DIR:=target}"
export CARGO_TARGET_DIR

has_target() {
    compgen -G "$("${RUSTC:-rustc}" --print sysroot)/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null
}
if ! has_target; then
    echo "installing the target $target with rustup" >&2
    if ! command -v rustup >/dev/null; then
        echo "cannot build the page: this Rust has no target $target, and there is no rustup to install it with" >&2
        exit 3
    fi
    # Where the network neither answers nor refuses, rustup waits for very long.
    if ! timeout "${DIAG_RUSTUP_SECONDS:-120}" rustup target add "$target" >&2 || ! has_target; then
        echo "cannot build the page: rustup cannot install the target $target here (no way to its server?)" >&2
        echo "any Rust toolchain that has the target will do: name its compiler in RUSTC" >&2
        exit 3
    fi
fi

# The memory that the page promises at most stands in src/pack.rs; the linker holds the engine to it.
memory=$((1 << 30))
# Random numbers come from the browser, through functions of our own. Paths of this machine stay on it.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--cfg getrandom_backend=\"custom\" -C target-feature=+simd128 --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/diag"
cargo rustc --locked --quiet -p diag-page --lib --crate-type cdylib --profile "$profile" --target "$target" -- -C "link-arg=--max-memory=$memory"
engine=$CARGO_TARGET_DIR/$target/$profile/diag_page.wasm

# A fifth less to download where binaryen is at hand; the page works without, and the script says what it did.
optimiser=
[ "$profile" != page ] || optimiser=$(command -v wasm-opt || true)
[ "$profile" != page ] || [ -n "$optimiser" ] || optimiser=$(compgen -G tests/browser/node_modules/.bin/wasm-opt || true)
mkdir -p "$(dirname "$output")"
if [ -n "$optimiser" ]; then
    echo "making the engine smaller with $optimiser" >&2
    "$optimiser" -Oz --enable-simd --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int --enable-mutable-globals --enable-multivalue --enable-reference-types --strip-debug --strip-producers -o "$CARGO_TARGET_DIR/$target/page/optimised.wasm" "$engine"
    engine=$CARGO_TARGET_DIR/$target/page/optimised.wasm
elif [ "$profile" = page ]; then
    echo "no wasm-opt (binaryen) here: the page works, and is a fifth larger than it need be" >&2
fi
# With the features that everything is built with: alone, the packer would have its libraries compiled anew.
cargo build --locked --quiet --workspace --bin diag-page-pack
"$CARGO_TARGET_DIR/debug/diag-page-pack" "$engine" examples/reply-url-without-slash "$output"
