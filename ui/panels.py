"""A piece of the page that is our own HTML: without Gradio's styles and scripts around it."""

from __future__ import annotations

import gradio as gr


def panel(html: str, name: str | None = None) -> gr.HTML:
    """A block of rendered HTML under an element id."""
    return gr.HTML(html, elem_id=name, apply_default_css=False, js_on_load=None)
