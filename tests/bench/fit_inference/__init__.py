"""Fits the constants of the serving formulas to published measurements and says how well they hold.

    python -m tests.bench.fit_inference INFERENCE.csv --out catalog/calibration/inference.json

reads a table of measurements, cross-validates (no architecture-and-hardware pair, no hardware, no architecture in both
parts), fits all rows, and writes the constants with their error bands, and ``ACCURACY.md`` beside them. Only derived
constants are written; the measured rows stay where they are. Matrix kernels are not fitted from serving alone: where
the times of GEMM and grouped experts are measured (``kernels/`` beside the table), the constants start at theirs.
"""
