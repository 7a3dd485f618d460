"""Labelled pages drawn from training digits: what people write, on paper, before a camera.

Needs no PyTorch. Everything is drawn from a seed: two calls with one seed return the same pictures.
"""
