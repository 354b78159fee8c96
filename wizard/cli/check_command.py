"""``rackwright check``: validate an exported folder again, against its manifest and by every offline check."""

from __future__ import annotations

import sys
from pathlib import Path

from wizard.deploy.checks import check_folder
from wizard.deploy.results import say
from wizard.errors import InputError
from wizard.i18n import Translator


def check(folder: Path, tr: Translator) -> int:
    """Print what fails; 2 where anything does.

    Raises:
        InputError: there is no such folder.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", where=str(folder),
                         mend="Give a folder that `rackwright plan` wrote.")
    results = check_folder(folder)
    for result in results:
        if result.status != "passed":
            sys.stdout.write(say(tr, result) + "\n")
    failed = sum(not result.ok for result in results)
    sys.stdout.write(tr("{passed} checks passed, {failed} failed", passed=len(results) - failed, failed=failed) + "\n")
    return 2 if failed else 0
