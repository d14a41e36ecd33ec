"""The five stages of a plan, in the order in which they run."""
