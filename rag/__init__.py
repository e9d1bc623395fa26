"""Progressive streaming for RAG: the pipeline. Runs without Gradio, without mocks, without a network.

Read in this order: `values`, `events`, `grammar`, `policy`, `stream`, `stages`, `fast_path`, `drafting`, `slow_path`,
`pipeline`.
"""
