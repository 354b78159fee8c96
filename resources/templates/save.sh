#!/usr/bin/env bash
# On a machine with internet: packs images (and the weights in ./models) for a site without. Needs skopeo.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-airgap/bundle}
images=(
  @@IMAGES@@
)
mkdir -p "$out"
for image in "${images[@]}"; do
  name=$(printf '%s' "$image" | tr '/:@' '___')
  skopeo copy "docker://$image" "docker-archive:$out/$name.tar:$image"
done
if [[ -d models ]]; then
  tar -cf "$out/models.tar" models
fi
(cd "$out" && sha256sum -- *.tar >SHA256SUMS)
