#!/usr/bin/env bash
# On the site without internet: verifies what save.sh packed, loads the images, unpacks the weights.
set -euo pipefail
cd "$(dirname "$0")/.."
in=${1:-airgap/bundle}
(cd "$in" && sha256sum --check --strict SHA256SUMS)
for archive in "$in"/*.tar; do
  case $archive in
    */models.tar) tar -xf "$archive" ;;
    *) docker load -i "$archive" ;;
  esac
done
