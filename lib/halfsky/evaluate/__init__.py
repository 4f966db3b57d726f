"""How far, how likely, what is wrong: pure functions from frames to frames.

Imports halfsky.plan only; opens no file and draws nothing.
"""
