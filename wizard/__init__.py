"""Rackwright: from an AI workload to a hardware plan, a priced bill of materials and deployment files."""

__version__ = "0.1.0"
