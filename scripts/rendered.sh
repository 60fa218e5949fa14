#!/usr/bin/env bash
# rendered.sh: build/rendered, with what linters can't read as it is written: the overlays of Kubernetes, whole, and the
# Dockerfile of a bento, whose template BentoML fills in.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf build/rendered && mkdir -p build/rendered
for overlay in local production; do
  kubectl kustomize "deploy/kubernetes/overlays/$overlay" >"build/rendered/$overlay.yaml"
done
if [ -f deploy/Dockerfile.j2 ]; then
  sed -e '/^{#.*#}$/d' -e 's/{{ __base_image__ }}/python:3.11-slim/' -e 's/{{ bento__uid_gid }}/1034/g' \
    -e 's/{{ bento__user }}/bentoml/g' -e 's#{{ bento__path }}#/home/bentoml/bento#g' \
    deploy/Dockerfile.j2 >build/rendered/bento.Dockerfile
fi
