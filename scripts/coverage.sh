#!/usr/bin/env bash
# coverage.sh [pytest arguments]: the quick tests, and build/coverage/ with coverage.xml, html/ and summary.md.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/coverage
rm -rf "$out" && mkdir -p "$out"
export COVERAGE_FILE=$out/.coverage
rc=0
pytest -m "not slow and not containers and not observability" --cov=bentos --cov=train --cov-branch --cov-report= "$@" || rc=$?
coverage xml --quiet -o "$out/coverage.xml"
coverage html --quiet -d "$out/html"
{ echo '## Coverage' && echo && coverage report --format=markdown --skip-covered; } >"$out/summary.md"
coverage report --format=total | sed 's/.*/coverage: & %, see build\/coverage/'
exit "$rc"
