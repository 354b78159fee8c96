# Sourced by run and test: `ready KIND LOCK...` makes sure that .venv holds what the locks name.

ready() {
  kind=$1
  shift
  for lock in "$@"; do
    if ! cmp -s "$root/$lock" "$root/.venv/$lock.installed" || [ ! -x "$root/.venv/bin/python" ]; then
      "$(find_python)" "$root/packaging/bootstrap.py" "$kind"
      return
    fi
  done
}

find_python() {
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      command -v "$name"
      return
    fi
  done
  echo "Python 3.11 or newer is needed. On Debian and Ubuntu: apt-get install python3.11 python3.11-venv" >&2
  exit 1
}
