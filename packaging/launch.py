"""Start the program of this checkout, wherever it lies and whatever folder the user stands in."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from wizard.__main__ import main

    raise SystemExit(main())
