#!/usr/bin/env bash
# Plans: annotations, the summary of the job, outputs, and the comment for the step that comes next.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=arguments.sh
. "$GITHUB_ACTION_PATH/action/arguments.sh"
# shellcheck source-path=SCRIPTDIR source=lockfiles.sh
. "$GITHUB_ACTION_PATH/action/lockfiles.sh"

comment="$RUNNER_TEMP/sora2batch-comment.md"
: >"$comment"

# The target of a pull request, of which a shallow checkout has no branch: the merge that was checked out has it as its
# first parent.
target() {
  local branch="refs/remotes/origin/$GITHUB_BASE_REF"
  if ! git rev-parse --quiet --verify "$branch^{commit}" >/dev/null; then
    if git rev-parse --quiet --verify 'HEAD^2' >/dev/null; then
      git update-ref "$branch" 'HEAD^1'
    else
      git fetch --quiet --no-tags --depth=1 origin "+refs/heads/$GITHUB_BASE_REF:$branch"
    fi
  fi
  echo "origin/$GITHUB_BASE_REF"
}

flags=(--format github)
if [ -n "$BASE" ]; then
  flags+=("--base=$BASE")
elif [ -n "${GITHUB_BASE_REF:-}" ]; then
  flags+=("--base=$(target)")
fi
if [ -n "$PLAN_FILE" ]; then
  flags+=("--out=$PLAN_FILE")
fi

branch="${GITHUB_BASE_REF:-${GITHUB_REF_NAME:-}}"
if [ -n "$branch" ] && ! unite_lockfiles "$branch"; then
  echo "whether a lockfile waits for $branch cannot be found out: the checkout has no credentials"
fi

code=0
sora2batch plan "${flags[@]}" -- "${manifests[@]}" || code=$?
cp "$GITHUB_STEP_SUMMARY" "$comment"
exit "$code"
