"""Reading a model that the catalogue does not know: from its config, its safetensors or its GGUF file.

Only headers are read: no weight is loaded and nothing in a file is executed.
"""


