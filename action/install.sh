#!/usr/bin/env bash
# Installs the sora2batch that this action is a part of, unless the job has installed one itself.
set -euo pipefail

if ! command -v sora2batch >/dev/null; then
  "$PYTHON" -m venv "$RUNNER_TEMP/sora2batch"
  "$RUNNER_TEMP/sora2batch/bin/pip" install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
  echo "$RUNNER_TEMP/sora2batch/bin" >>"$GITHUB_PATH"
  PATH="$RUNNER_TEMP/sora2batch/bin:$PATH"
fi
sora2batch --version
