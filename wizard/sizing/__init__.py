"""What it takes: memory, time and throughput as numpy columns. No I/O, no text, no money."""
