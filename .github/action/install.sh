#!/usr/bin/env bash
# Step 1 of action.yml: the program. One that is given is used; else a release is fetched, and used only if its hash is the one that is listed.
set -euo pipefail

fail() {
    echo "::error title=diag::$1"
    exit 1
}

if [ -n "${DIAG_GIVEN:-}" ]; then
    program=$(command -v -- "$DIAG_GIVEN") || fail "$DIAG_GIVEN: no such program (input diag)"
    "$program" --version
    echo "diag=$program" >>"$GITHUB_OUTPUT"
    exit 0
fi

version=${DIAG_RELEASE:-}
version=${version#v}
[ -n "$version" ] || version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -1)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || fail "'$version' is no version (input version; expected 0.1.0)"

case "${RUNNER_OS:-}-${RUNNER_ARCH:-}" in
    Linux-X64) target=x86_64-unknown-linux-musl ending=tar.gz ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ending=tar.gz ;;
    macOS-X64) target=x86_64-apple-darwin ending=tar.gz ;;
    macOS-ARM64) target=aarch64-apple-darwin ending=tar.gz ;;
    Windows-X64) target=x86_64-pc-windows-msvc ending=zip ;;
    *) fail "no release is built for ${RUNNER_OS:-?} on ${RUNNER_ARCH:-?}: build diag and name it in the input diag" ;;
esac

from=${DIAG_RELEASES:-}
if [ -z "$from" ]; then
    [ -n "${DIAG_REPOSITORY:-}" ] || fail "the action is used from a checkout: name the program in the input diag, or a mirror in the input from"
    from=${GITHUB_SERVER_URL:-https://github.com}/$DIAG_REPOSITORY/releases/download
fi
folder=${RUNNER_TEMP:?}/diag-$version
archive=diag-$version-$target.$ending
mkdir -p "$folder"
cd "$folder"
for file in SHA256SUMS "$archive"; do
    curl --proto '=https,file' --fail --silent --show-error --location --retry 3 --output "$file" "$from/v$version/$file" \
        || fail "$from/v$version/$file cannot be fetched"
done

expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' SHA256SUMS)
if command -v sha256sum >/dev/null; then actual=$(sha256sum "$archive"); else actual=$(shasum -a 256 "$archive"); fi
actual=${actual%% *}
[ -n "$expected" ] || fail "SHA256SUMS of $version does not list $archive"
[ "$actual" = "$expected" ] || fail "$archive has SHA-256 $actual, and SHA256SUMS lists $expected"
if [ -n "${DIAG_ARCHIVE_SHA256:-}" ] && [ "$actual" != "$DIAG_ARCHIVE_SHA256" ]; then
    fail "$archive has SHA-256 $actual, and the input sha256 demands $DIAG_ARCHIVE_SHA256"
fi

if [ "$ending" = zip ]; then unzip -q -o "$archive"; else tar -xzf "$archive"; fi
program=$folder/diag-$version-$target/diag
if [ "$ending" = zip ]; then program=$program.exe; fi
"$program" --version
echo "diag=$program" >>"$GITHUB_OUTPUT"
