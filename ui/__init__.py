"""The screen: a run's events folded into a view, and the view painted as panels.

Read in this order: `view` (what the reader has seen, as a value, with `sentences` and `traces`), `render` (a view as
HTML, with `words`, `timeline` and `tiles`), `painter` (which panels changed), `reader` and `handlers` (from a run to
the page), `layout` and `theme` (the page itself). Only the last three know Gradio.
"""
