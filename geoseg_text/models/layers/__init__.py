"""Building blocks that two or more published systems share, and the ones a system is read by.

Feature maps inside a trunk are channels last, ``(batch, rows, cols, channels)``; maps that convolutions pass
on between stages are channels first, ``(batch, channels, rows, cols)``. Each function says which it takes.
"""
