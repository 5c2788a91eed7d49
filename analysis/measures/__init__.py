"""Measures: tables in, result tables out; nothing else."""
