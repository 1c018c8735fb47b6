#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version, and fails where tag, manifest and changelog do not agree.
# Usage: .github/release/notes.sh v0.1.0
set -euo pipefail
cd "$(dirname "$0")/../.."

tag=$1
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
if [ "$tag" != "v$version" ]; then
    echo "the tag is $tag, and Cargo.toml says $version" >&2
    exit 1
fi
notes=$(awk -v heading="## $version" 'index($0, heading) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md)
if [ -z "${notes//[[:space:]]/}" ]; then
    echo "CHANGELOG.md has no section that begins with \"## $version\"" >&2
    exit 1
fi
printf '%s\n' "$notes"
