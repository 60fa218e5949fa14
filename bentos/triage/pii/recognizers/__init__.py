"""Recognisers of personal data, one type a file. Each reads English, French and Arabic cues."""
