"""Training: the only place with PyTorch, which its modules import when they are used.

`recipe`, `systems`, `recipes`, `settings` and `evaluate` import nothing heavy.
"""
