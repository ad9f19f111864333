"""Measurements, each printed as a table with ratios. Never part of the tests: machines are noisy."""
