#!/usr/bin/env bash
# prometheus.sh: makes sure that `prometheus` and `promtool` are there, or says in one line how to get them.
set -euo pipefail

fail() { echo "prometheus: $*" >&2; exit 1; }

command -v prometheus >/dev/null && command -v promtool >/dev/null && exit 0
command -v apt-get >/dev/null \
  || fail "prometheus and promtool were not found in the path: install them (https://prometheus.io/download/)"
[ "$(id -u)" = 0 ] || fail "prometheus and promtool were not found: run \`sudo apt-get install prometheus\`"
log=$(mktemp)
echo "prometheus: installing Debian's package (once; log: $log)"
# Debian starts what it installs, and this one is only run by tests; only what the test started is stopped.
mask=/etc/systemd/system/prometheus.service
[ ! -d /run/systemd/system ] || [ -e "$mask" ] || { mkdir -p "$(dirname "$mask")"; ln -s /dev/null "$mask"; }
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
{ apt-get update && apt-get install --yes --no-install-recommends prometheus; } >"$log" 2>&1 \
  || fail "apt-get failed: $(grep -E '^E:' "$log" | head -n 1) (details: $log)"
