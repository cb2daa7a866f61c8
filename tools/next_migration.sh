#!/usr/bin/env bash
# Writes the migration that is under work anew: <package>/migrations/<number>_<name>.py, from models and the older ones.
# Usage: tools/next_migration.sh 0002 ground_of_trust. Only before that migration has shipped. Files with a higher number
# (what the tool can't write: triggers, fillings of new columns) are set aside meanwhile and come back unchanged.
# Each one is made to depend on that of the package below: the tool itself leaves packages unordered.
set -euo pipefail
cd "$(dirname "$0")/.."
number=$1 name=$2
packages="kernel wechat staff community loyalty campaigns webhooks"
aside=$(mktemp -d)
exec 9>"${TMPDIR:-/tmp}/huiliu-migration.lock"
flock 9
for package in $packages; do
  mkdir -p "$aside/$package"
  rm -f "$package"/migrations/[0-9]*_"$name".py
  for file in "$package"/migrations/[0-9]*_*.py; do
    found=$(basename "$file")
    if [ "${found%%_*}" -gt "$number" ] 2>/dev/null; then mv "$file" "$aside/$package/"; fi
    if [ "${found%%_*}" = "$number" ]; then rm -f "$file"; fi
  done
done
restore() { for package in $packages; do mv "$aside/$package"/*.py "$package/migrations/" 2>/dev/null || true; done; rm -rf "$aside"; }
trap restore EXIT
.venv/bin/tortoise -c processes.schema.OFFLINE makemigrations --name "$name"
# the tool counts on from each package's own last number: one number for all is kept by naming the files anew
for package in $packages; do
  for file in "$package"/migrations/[0-9]*_"$name".py; do
    if [ -f "$file" ] && [ "$(basename "$file")" != "${number}_${name}.py" ]; then mv "$file" "$package/migrations/${number}_${name}.py"; fi
  done
done
below=""
for package in $packages; do
  file="$package/migrations/${number}_${name}.py"
  if [ -f "$file" ]; then
    if [ -n "$below" ]; then sed -i "0,/dependencies = \[/s//dependencies = [('$below', '${number}_${name}'), /" "$file"; fi
    below=$package
  fi
done
