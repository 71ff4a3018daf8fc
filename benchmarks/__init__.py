"""Benchmarks: one script per question, each beside its floor in the same run."""
