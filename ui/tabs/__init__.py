"""The tabs beside Ask, one module each: `build(context)` lays one out inside its `gr.Tab` and wires it."""
