#!/usr/bin/env bash
# Packs one archive of a release: the program with its manual, completions and licences.
# Usage: .github/release/archive.sh PROGRAM TARGET FOLDER; prints the archive's name. Same input, same archive (with GNU tar).
set -euo pipefail

program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
target=$2
mkdir -p "$3"
folder=$(cd "$3" && pwd)
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
name=diag-$version-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/man" "$work/$name/completions"

ending=
case "$target" in *-windows-*) ending=.exe ;; esac
cp "$program" "$work/$name/diag$ending"
cp LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md "$work/$name/"
"$program" man >"$work/$name/man/diag.1"
for shell in bash zsh fish powershell elvish; do
    "$program" completions "$shell" >"$work/$name/completions/diag.$shell"
done

cd "$work"
case "$target" in
    *-windows-*)
        archive=$name.zip
        # Windows runners have 7z and no zip.
        if command -v zip >/dev/null; then zip -q -r "$folder/$archive" "$name"; else 7z a -bso0 "$folder/$archive" "$name"; fi
        ;;
    *)
        archive=$name.tar.gz
        if tar --version | grep -q GNU; then
            tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -cf - "$name" | gzip -n -9 >"$folder/$archive"
        else
            tar -czf "$folder/$archive" "$name"
        fi
        ;;
esac
echo "$archive"
