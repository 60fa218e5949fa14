"""Measurements: each script compares with a named baseline in one run and writes
`reports/bench/`."""
