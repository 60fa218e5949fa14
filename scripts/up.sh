#!/usr/bin/env bash
# up.sh: brings the system of docker-compose.yml up and waits until all of it is healthy. `make up`.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "up: $*" >&2; exit 1; }

docker info >/dev/null 2>&1 || fail "no Docker engine answers: start one, or set DOCKER_HOST"
compose=(docker compose)
docker compose version >/dev/null 2>&1 || compose=(docker-compose)
"${compose[@]}" version >/dev/null 2>&1 || fail "Docker's Compose plugin was not found: install docker-compose-plugin"

password=${GRAFANA_ADMIN_PASSWORD_FILE:-secrets/grafana_admin_password}
if [ ! -f "$password" ]; then
  # Grafana's user has to read the file; other users of this machine don't get into the folder.
  install -d -m 700 "$(dirname "$password")"
  python3 -c 'import secrets; print(secrets.token_urlsafe(24), end="")' >"$password"
  chmod 644 "$password"
  echo "up: Grafana's password for admin is in $password"
fi
for image in $("${compose[@]}" config --images agent svm transformer | grep '^callcenter-.*:local$'); do
  docker image inspect "$image" >/dev/null 2>&1 && continue
  echo "up: there is no image $image yet: building the three (once)"
  make bentos images
  break
done
"${compose[@]}" up --detach --wait --wait-timeout 180 "$@"
"${compose[@]}" ps --format 'table {{.Service}}\t{{.Status}}\t{{.Ports}}'
