#!/usr/bin/env bash
# The last step of action.yml: ends as diag ended, once the reports are where they belong.
set -euo pipefail

case "${DIAG_EXIT_CODE:-}" in
    0) ;;
    1) echo "::error title=diag::there are findings at or above the level; the summary of this job says who must change what" ;;
    2) echo "::error title=diag::the work could not be done, or nothing here decides it; see the log and the summary of this job" ;;
    *) echo "::error title=diag::diag ended with '${DIAG_EXIT_CODE:-nothing}'" ;;
esac
exit "${DIAG_EXIT_CODE:-1}"
