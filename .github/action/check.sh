#!/usr/bin/env bash
# Step 2 of action.yml: judges the case once for each form of report. Its own exit code tells only whether it could; conclude.sh ends the step.
set -euo pipefail

lines() {
    # Windows runners hand over lines that end in carriage returns.
    printf '%s\n' "$1" | tr -d '\r' | sed '/^[[:space:]]*$/d'
}

paths=()
while IFS= read -r line; do paths+=("$line"); done < <(lines "${DIAG_PATHS:-}")
options=()
while IFS= read -r line; do options+=("$line"); done < <(lines "${DIAG_OPTIONS:-}")
if [ ${#paths[@]} -eq 0 ]; then
    echo "::error title=diag::no paths: name the files and folders of the case in the input paths, one a line"
    exit 1
fi

folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/diag-report.XXXXXX")
judge() {
    "$DIAG_PROGRAM" check --fail-on "${DIAG_LEVEL:-error}" --color never "$@" ${options[@]+"${options[@]}"} -- "${paths[@]}"
}

# What is quoted from a capture may look like a command to the runner: none is obeyed while the report is printed.
token=diag-$RANDOM$RANDOM$RANDOM$RANDOM
echo "::stop-commands::$token"
code=0
judge || code=$?
echo "::$token::"
for form in sarif md; do
    # What is wrong with the call has been said above.
    judge --output "$folder/report.$form" >/dev/null 2>&1 || true
done

verdict=
{
    if [ -s "$folder/report.md" ]; then
        # "# BROKEN: …" or "# AT RISK: …"
        verdict=$(sed -n '1s/^# \([A-Z][A-Z ]*\):.*/\1/p' "$folder/report.md" | tr 'A-Z ' 'a-z-')
        # A summary may have 1 MiB; a report that is longer is cut between lines, and says so.
        if [ "$(wc -c <"$folder/report.md")" -gt 900000 ]; then
            head -c 900000 "$folder/report.md" | sed '$d'
            printf '\n*Cut here; the whole report is longer than a summary may be.*\n'
        else
            cat "$folder/report.md"
        fi
    else
        printf '# diag could not judge this\n\nIts exit code was %s; the log of the step says why.\n' "$code"
    fi
} >>"$GITHUB_STEP_SUMMARY"

{
    echo "exit-code=$code"
    echo "verdict=$verdict"
    if [ -s "$folder/report.sarif" ]; then echo "sarif=$folder/report.sarif"; fi
    if [ -s "$folder/report.md" ]; then echo "markdown=$folder/report.md"; fi
} >>"$GITHUB_OUTPUT"
