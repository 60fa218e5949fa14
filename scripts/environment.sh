#!/usr/bin/env bash
# environment.sh serve|train|dev|delivery: makes .venv with the pinned packages of that extra, or says in one line why it cannot.
# Each package must be the file that requirements.lock has the hash of. Two are not checked: torch's build without CUDA, which is
# another file on every mirror, and hatchling, which pip itself fetches to install this project.
set -euo pipefail
extra=$1
cd "$(dirname "$0")/.."
log=.venv/install-$extra.log
asked=.venv/requirements-$extra.txt
torch=2.13.0+cpu
torch_index=https://download.pytorch.org/whl/cpu

fail() { echo "environment: $*" >&2; exit 1; }

find_python() {
  for candidate in "${PYTHON:-}" python3.11 python3 python; do
    [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
      && { echo "$candidate"; return; }
  done
  fail "Python 3.11 was not found (python3 is $(python3 --version 2>&1 | head -n 1)): install it, or name it with PYTHON=/path/to/python3.11"
}

require_disk() {
  local needed=$1 free
  free=$(df -Pm . | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$needed" ] || fail "the disk of $PWD has $free MB free and $needed MB are needed: make room and run again"
}

install() {
  pip install --quiet --disable-pip-version-check --progress-bar off --retries 2 "$@" >>"$log" 2>&1
}

explain() {
  if grep -q 'DO NOT MATCH THE HASHES' "$log"; then
    fail "$(grep -oE '^ +[^ ]+==[^ ]+ from ' "$log" | head -n 1 | awk '{print $1}') is not the file that requirements.lock has the hash of: it was changed, or comes from a wrong index (details: $log)"
  elif grep -q 'require-hashes mode' "$log"; then
    fail "requirements.lock lacks $(grep -A 1 'require-hashes mode' "$log" | awk 'NR == 2 {print $1}') or its hash: run \`make lock\` (details: $log)"
  elif grep -qiE 'no space left|disk quota' "$log"; then
    fail "the disk is full: make room and run again (details: $log)"
  elif grep -qiE 'connection|name resolution|name or service|network is unreachable|timed out|proxyerror' "$log"; then
    fail "the package index cannot be reached: check the network, or PIP_INDEX_URL (details: $log)"
  fi
  fail "pip failed: $(grep -E '^ *ERROR' "$log" | head -n 1) (details: $log)"
}

case $extra in
  serve) require_disk 600 ;;
  train | dev) require_disk 4000 ;;
  delivery) require_disk 4500 ;;
  *) fail "'$extra' is not one of serve, train, dev, delivery" ;;
esac
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  python=$(find_python)
  rm -rf .venv
  "$python" -m venv .venv || fail "$python cannot make a virtual environment: install its venv module (Debian: python3.11-venv)"
fi
PATH=$PWD/.venv/bin:$PATH
: >"$log"
echo "environment: installing what '$extra' needs into .venv (once; log: $log)"
install --require-hashes --requirement deploy/pip.txt || explain
if [ "$extra" != serve ] && [ "$(uname -s)" = Linux ]; then
  # The build without CUDA is not on PyPI: take it from a configured index or folder, else from PyTorch's own.
  install --no-deps "torch==$torch" || install --no-deps --index-url "$torch_index" "torch==$torch" || explain
fi
# Python compiles at the first import what it needs; compiling everything now takes longer.
python deploy/lock.py "$extra" >"$asked"
install --no-compile --require-hashes --constraint requirements.lock --requirement "$asked" || explain
install --no-compile --no-deps --editable . || explain
touch ".venv/.$extra"
# A larger extra holds the smaller ones.
case $extra in delivery) touch .venv/.dev .venv/.train .venv/.serve ;; dev) touch .venv/.train .venv/.serve ;; train) touch .venv/.serve ;; esac
