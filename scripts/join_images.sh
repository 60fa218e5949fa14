#!/usr/bin/env bash
# join_images.sh PREFIX IMAGE PARTS TAG: gives the pushed PREFIX/IMAGE:PARTS-amd64 and PREFIX/IMAGE:PARTS-arm64 the common
# names PREFIX/IMAGE:PARTS and PREFIX/IMAGE:TAG, and hands on `name` and `digest` to the next steps of the job.
set -euo pipefail
name=${1,,}/$2 parts=$3 tag=$4

docker buildx imagetools create --tag "$name:$parts" "$name:$parts-amd64" "$name:$parts-arm64"
digest=$(docker buildx imagetools inspect "$name:$parts" --format '{{.Manifest.Digest}}')
[[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "join_images: the digest of $name:$parts is '$digest'" >&2; exit 1; }
docker buildx imagetools create --tag "$name:$tag" "$name@$digest"
printf 'name=%s\ndigest=%s\n' "$name" "$digest" >>"${GITHUB_OUTPUT:-/dev/stdout}"
