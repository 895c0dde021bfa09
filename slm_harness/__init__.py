"""Decide whether a small language model can do your reading job."""
