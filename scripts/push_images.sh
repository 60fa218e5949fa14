#!/usr/bin/env bash
# push_images.sh PREFIX TAG: pushes the three images that `make images` made here, as PREFIX/callcenter-NAME:TAG.
set -euo pipefail
prefix=${1,,} tag=$2

for name in callcenter-svm callcenter-transformer callcenter-agent; do
  docker tag "$name:local" "$prefix/$name:$tag" \
    || { echo "push_images: there is no image $name:local here: run \`make images\` first" >&2; exit 1; }
  docker push "$prefix/$name:$tag"
done
