"""Inference: load released arrays, predict probabilities, attribute them to words."""
