"""The screen: a run's events folded into a view, and the view painted as panels.

Read in this order: `view` (what the reader has seen, as a value), `render` (a view as HTML), `painter` (which panels
changed), `reader` and `handlers` (from a run to the page), `layout` (the page itself). Only the last two know Gradio.
"""
