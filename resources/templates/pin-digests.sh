#!/usr/bin/env bash
# Replaces every image tag in this folder by tag and digest, as your registry serves it today. Needs skopeo.
# The planner works offline and does not know digests; it never invents one.
set -euo pipefail
cd "$(dirname "$0")"
images=(
  @@IMAGES@@
)
for image in "${images[@]}"; do
  digest=$(skopeo inspect --format '{{.Digest}}' "docker://$image")
  echo "$image@$digest"
  grep -rlF --include='*.y*ml' --include='Dockerfile' --include='*.sh' -- "$image" . | while IFS= read -r file; do
    [[ $file == ./pin-digests.sh ]] || sed -i "s|${image}\(@sha256:[0-9a-f]*\)\{0,1\}|${image}@${digest}|g" "$file"
  done
done
