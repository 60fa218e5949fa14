#!/usr/bin/env bash
# manifests.sh OWNER TAG: the production overlay with the images ghcr.io/OWNER/callcenter-*:TAG, on standard output.
set -euo pipefail
cd "$(dirname "$0")/.."
owner=${1,,} tag=$2

fail() { echo "manifests: $*" >&2; exit 1; }

[[ $owner =~ ^[a-z0-9][a-z0-9-]*$ ]] || fail "OWNER is '$owner': give the owner of the images on GHCR, make manifests OWNER=you TAG=1.2.3"
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || fail "TAG is '$tag': give the tag of the images, make manifests OWNER=you TAG=1.2.3"
kubectl kustomize deploy/kubernetes/overlays/production \
  | sed -E "s#ghcr\.io/OWNER/(callcenter-[a-z]+):[^[:space:]]+#ghcr.io/$owner/\1:$tag#"
