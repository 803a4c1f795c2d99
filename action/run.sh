#!/usr/bin/env bash
# Makes the clips. What was paid for is in the lockfile at the tip of the branch, which may be ahead of the commit that
# this workflow is about: that of an earlier attempt of this very job, say. Without it all would be paid again.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=arguments.sh
. "$GITHUB_ACTION_PATH/action/arguments.sh"
# shellcheck source-path=SCRIPTDIR source=lockfiles.sh
. "$GITHUB_ACTION_PATH/action/lockfiles.sh"

if [ "${GITHUB_REF_TYPE:-}" = branch ]; then
  git fetch --quiet --no-tags origin "refs/heads/$GITHUB_REF_NAME"
  if ! git merge --quiet --ff-only FETCH_HEAD || ! unite_lockfiles "$GITHUB_REF_NAME"; then
    echo "::error title=sora2batch::The lockfile is not that of $GITHUB_REF_NAME: nothing is sent."
    exit 2
  fi
fi

# In place of this shell, so that a cancelled job reaches it: it saves what it knows before it ends.
if [ -n "$PLAN_FILE" ]; then
  exec sora2batch run --yes "--plan=$PLAN_FILE"
fi
exec sora2batch run --yes -- "${manifests[@]}"
