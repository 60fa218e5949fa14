#!/usr/bin/env bash
# scan.sh files|config|secrets|images: Trivy over this repository or the images. All findings go to
# build/scan/<what>/*.sarif. Of the known holes in packages (files, images) a fixable one that is high or critical fails;
# of the rest every one. .trivyignore.yaml has the exceptions, and why.
# Images: ${IMAGE_PREFIX}callcenter-*:${IMAGE_TAG}, by default the callcenter-*:local that `make images` leaves here.
set -euo pipefail
cd "$(dirname "$0")/.."
what=$1
sarif=build/scan/$what
# What git ignores, mostly: not ours, or made by a command.
skipped=.venv,.dvc/cache,build,data/processed,data/scrubbed,models,mlruns,mlartifacts
fatal=()
case $what in files | images) fatal=(--severity "HIGH,CRITICAL" --ignore-unfixed) ;; esac

fail() { echo "scan: $*" >&2; exit 1; }

scan() { # scan NAME COMMAND...: once for the Security tab, once for the verdict
  local name=$1
  shift
  trivy --quiet "$@" --ignorefile .trivyignore.yaml --format sarif --output "$sarif/$name.sarif"
  trivy --quiet "$@" --ignorefile .trivyignore.yaml --exit-code 1 "${fatal[@]}"
}

images() {
  local name
  for name in callcenter-svm callcenter-transformer callcenter-agent; do
    scan "$name" image --scanners vuln,secret "${IMAGE_PREFIX:-}$name:${IMAGE_TAG:-local}"
  done
}

command -v trivy >/dev/null \
  || fail "trivy is not on the path: install it (https://trivy.dev), or run \`make environment-delivery\`"
mkdir -p "$sarif"
case $what in
  files) scan files filesystem --scanners vuln,secret --skip-dirs "$skipped" . ;;
  secrets) scan secrets filesystem --scanners secret --skip-dirs "$skipped" . ;;
  config) # No network needed: Trivy's rules are in its binary.
    scan repository config --skip-check-update --skip-dirs "$skipped,deploy/kubernetes" .
    # What isn't whole as it is written.
    scripts/rendered.sh
    scan rendered config --skip-check-update build/rendered
    ;;
  images) images ;;
  *) fail "'$what' is not one of files, config, secrets, images" ;;
esac
