#!/usr/bin/env bash
# release_version.sh TAG: the version that the tag names, which must be that of pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
declared=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
[ "$1" = "v$declared" ] || {
  echo "release_version: the tag is '$1' and pyproject.toml says version \"$declared\": change one, so that the tag is v$declared" >&2
  exit 1
}
echo "$declared"
