#!/usr/bin/env bash
# Commits the lockfiles and pushes them, also when the run failed or was cancelled: they say what has been paid.
set -euo pipefail

branch="$GITHUB_REF_NAME"
waiting="refs/sora2batch/$branch"

# A run that was killed has left a journal; a run of nothing folds it into the lockfile, and needs no key for that.
while IFS= read -r -d '' journal; do
  stem="${journal%.journal.jsonl}"
  for manifest in "$stem.yaml" "$stem.yml" "$stem.json"; do
    if [ -f "$manifest" ]; then
      sora2batch run --yes --quiet --limit 0 --no-wait --no-download -- "$manifest" >/dev/null || true
    fi
  done
done < <(find . -path ./.git -prune -o -name '*.journal.jsonl' ! -name '*.sim.journal.jsonl' -print0)

git ls-files -z --modified --others --exclude-standard -- ':(glob)**/*.lock.jsonl' ':(exclude,glob)**/*.sim.lock.jsonl' |
  git add --pathspec-from-file=- --pathspec-file-nul
if git diff --cached --quiet; then
  echo "no lockfile has changed"
  exit 0
fi

# Somebody may have pushed meanwhile: lines of two lockfiles are united, which loses none.
echo '*.lock.jsonl merge=union' >"$RUNNER_TEMP/sora2batch-attributes"
as_bot() {
  git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
    -c core.attributesFile="$RUNNER_TEMP/sora2batch-attributes" "$@"
}
as_bot commit --quiet --message "sora2batch: what run $GITHUB_RUN_ID has paid for"

for _ in 1 2 3 4 5; do
  if git push --quiet origin "HEAD:refs/heads/$branch"; then
    echo "pushed to $branch: $(git rev-parse HEAD)"
    # What waited in a ref is in the branch now.
    if [ -n "$(git ls-remote origin "$waiting")" ]; then
      git push --quiet origin ":$waiting"
    fi
    exit 0
  fi
  git fetch --quiet --no-tags origin "refs/heads/$branch"
  if ! as_bot rebase --quiet --autostash FETCH_HEAD; then
    git rebase --abort
    break
  fi
done

# A branch that is protected takes no push, but no rule for branches is about this ref; the next run and plan look there.
# All that it had is in the lockfiles already.
if git push --quiet --force origin "HEAD:$waiting"; then
  merge="git fetch origin $waiting && git merge FETCH_HEAD"
  echo "::warning title=sora2batch::$branch takes no push: what was paid waits in $waiting; merge it: $merge"
  exit 0
fi
message="The lockfile could not be pushed to $branch. Do not run again before it is there: what it lists has been paid."
echo "::error title=sora2batch::$message"
exit 1
