"""``python -m wizard`` and the console script ``rackwright``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; without arguments, open the wizard."""
    from wizard.cli.app import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
