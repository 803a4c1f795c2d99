#!/usr/bin/env bash
# Checks manifests; every problem is an annotation at its place.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=arguments.sh
. "$GITHUB_ACTION_PATH/action/arguments.sh"

exec sora2batch validate --format github -- "${manifests[@]}"
