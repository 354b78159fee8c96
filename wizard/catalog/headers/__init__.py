"""Reading a model that the catalogue does not know: from its config, its safetensors or its GGUF file.

Only headers are read: no weight is loaded and nothing in a file is executed.
"""

from wizard.catalog.headers.inspect import inspect
from wizard.catalog.headers.inspected import Inspected

__all__ = ["Inspected", "inspect"]
