"""Changing the rules without fear: what a change would have done, how it is written down and undone."""
