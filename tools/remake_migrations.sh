#!/usr/bin/env bash
# Writes <package>/migrations/0001_initial.py anew from its models; only as long as no release has shipped.
# Each initial migration is made to depend on that of the package below: the tool itself leaves packages unordered.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -f {kernel,wechat,staff,community,loyalty,campaigns,webhooks}/migrations/0*.py
.venv/bin/tortoise -c processes.schema.OFFLINE makemigrations --name initial
before=""
for package in kernel wechat staff community loyalty campaigns webhooks; do
  if [ -n "$before" ]; then
    sed -i "s/^    initial = True$/    initial = True\n\n    dependencies = [(\"$before\", \"0001_initial\")]/" "$package/migrations/0001_initial.py"
  fi
  before=$package
done
.venv/bin/tortoise -c processes.schema.OFFLINE makemigrations
