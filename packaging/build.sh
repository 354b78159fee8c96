#!/bin/sh
# Build the program folder with PyInstaller and, where dpkg-deb is there, a Debian package: packaging/build.sh [OUT]
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
out=${1:-$root/dist}
python=${PYTHON:-$root/.venv/bin/python}
"$python" -m PyInstaller --noconfirm --clean --log-level WARN --distpath "$out" --workpath "$out/.work" "$root/packaging/rackwright.spec"
rm -rf "$out/.work"
command -v dpkg-deb >/dev/null || exit 0

version=$("$python" -c "import sys; sys.path.insert(0, sys.argv[1]); import wizard; print(wizard.__version__)" "$root")
stage=$out/.deb
rm -rf "$stage"
mkdir -p "$stage/DEBIAN" "$stage/opt" "$stage/usr/bin" "$stage/usr/share/applications" "$stage/usr/share/mime/packages" \
  "$stage/usr/share/icons/hicolor/scalable/apps" "$stage/usr/share/doc/rackwright"
cp -r "$out/rackwright" "$stage/opt/rackwright"
ln -s /opt/rackwright/rackwright "$stage/usr/bin/rackwright"
cp "$root/packaging/rackwright.desktop" "$stage/usr/share/applications/"
cp "$root/packaging/rackwright-mime.xml" "$stage/usr/share/mime/packages/rackwright.xml"
cp "$root/resources/icons/rackwright.svg" "$stage/usr/share/icons/hicolor/scalable/apps/"
cp "$root/LICENSE" "$root/resources/fonts/OFL.txt" "$stage/usr/share/doc/rackwright/"
cat >"$stage/DEBIAN/control" <<CONTROL
Package: rackwright
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: Rackwright developers
Section: science
Priority: optional
Depends: libgl1, libegl1, libfontconfig1, libdbus-1-3, libxkbcommon0, libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, libxcb-render-util0, libxcb-shape0, libxcb-xkb1, libxkbcommon-x11-0
Description: plan hardware for AI models, offline
 A wizard and a command line that turn an AI workload into a hardware plan,
 a priced bill of materials, a quote and deployment files.
CONTROL
dpkg-deb --root-owner-group -Zzstd -b "$stage" "$out/rackwright_${version}_$(dpkg --print-architecture).deb"
rm -rf "$stage"
