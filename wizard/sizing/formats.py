"""Number formats of stored weights: bytes per element, the arithmetic they run in, and their class of efficiency.

A format is a small integer: the index of its name in :data:`FORMATS`. The first five are the formats a user can ask
for (:data:`wizard.sizing.cases.WEIGHT_FORMATS`); the others are what published checkpoints really hold.

Bytes per element include scales: FP8 with 128x128 blocks carries one FP32 scale per block (+0.02 %), NVFP4 one FP8
scale per 16 elements plus a global one (4.5 bit), MXFP4 and INT4 one 8- or 16-bit scale per 32 or 128 elements. GGUF
block sizes are those of llama.cpp's ``ggml-quants.h``, averaged over the tensor mix of a model.
"""

from __future__ import annotations

import numpy as np

from wizard.sizing.cases import WEIGHT_FORMATS, Floats, Ints

FORMATS = (
    *WEIGHT_FORMATS, "fp8_block", "mxfp4", "gguf_q8", "gguf_q6", "gguf_q5", "gguf_q4_k", "gguf_q4_0",
    "gguf_q3", "gguf_q2",
)
"""Names of the formats; a format's code is its index here."""

BYTES_PER_ELEMENT: Floats = np.array(
    [2.0, 1.006, 1.006, 0.5669, 0.5375, 1.0005, 0.5375, 1.0625, 0.825, 0.710, 0.606, 0.569, 0.49, 0.36]
)
"""Bytes per element of a quantised matrix, scales included; indexed by format code."""

DENSE_BYTES_IN_MOE: Floats = np.array(
    [2.0, 1.006, 1.006, 1.5, 2.0, 1.0005, 2.0, 1.0625, 0.825, 0.710, 0.606, 0.569, 0.49, 0.36]
)
"""The same for the non-expert matrices of a mixture of experts: 4-bit checkpoints leave them wide."""

HEAD_BYTES: Floats = np.array(
    [2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0625, 0.825, 0.825, 0.825, 0.825, 0.825, 0.7]
)
"""The same for the output head: servers keep it in 16 bit, GGUF files in Q6_K or Q8_0."""

EFFICIENCY_CLASSES = ("16", "8", "8-block", "nvfp4", "mxfp4", "4", "gguf")
EFFICIENCY_CLASS: Ints = np.array([0, 1, 1, 3, 5, 2, 4, 6, 6, 6, 6, 6, 6, 6])
"""Which efficiencies a format shares in the calibration; indexed by format code."""

_BF16, _FP8, _INT8, _FP4, _INT4, _FP8_BLOCK, _MXFP4 = range(7)


def code(name: str) -> int:
    """Return the code of a format.

    Raises:
        ValueError: there is no such format.
    """
    return FORMATS.index(name)


def matrix_peak(formats: Ints, peak_16: Floats, peak_8: Floats, peak_int8: Floats, peak_4: Floats) -> Floats:
    """Return the dense peak (FLOP/s) that matrices of these formats run at; NaN peaks mean "not in silicon".

    FP8 and INT8 fall back to 16 bit where the chip lacks them, NVFP4 falls back to 16 bit (weight-only kernels), MXFP4
    runs in FP8 where FP4 exists (its activations stay wide) and in 16 bit elsewhere; INT4 and GGUF are weight-only.
    """
    eight = np.where(np.isnan(peak_8), peak_16, peak_8)
    int8 = np.where(np.isnan(peak_int8), peak_16, peak_int8)
    four = np.where(np.isnan(peak_4), peak_16, peak_4)
    mx = np.where(np.isnan(peak_4), peak_16, eight)
    peak = np.where((formats == _FP8) | (formats == _FP8_BLOCK), eight, peak_16)
    peak = np.where(formats == _INT8, int8, peak)
    peak = np.where(formats == _FP4, four, peak)
    return np.where(formats == _MXFP4, mx, peak)


def dense_peak_in_moe(formats: Ints, peak: Floats, peak_16: Floats, peak_8: Floats) -> Floats:
    """Return the peak of a mixture's non-expert matrices: wide in 4-bit checkpoints, FP8 in NVFP4 ones."""
    eight = np.where(np.isnan(peak_8), peak_16, peak_8)
    wide = np.where((formats == _INT4) | (formats == _MXFP4), peak_16, peak)
    return np.where(formats == _FP4, eight, wide)
