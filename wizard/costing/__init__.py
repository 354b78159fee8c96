"""What it costs: bill of materials, power, rack, total cost of ownership. No latency."""
