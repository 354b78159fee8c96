"""The parts of the plan page: the answer, what if, why not, and the comparison."""
