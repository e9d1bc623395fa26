"""What `benchmarks.quality` measures: do the scores on the screen mean what they say?

Each file is one question (retrieval, gate, claim support, errors put in on purpose, own questions, refinement). The
measurements take the function under test as an argument, so that a baseline, another formula or a model can stand in
its place, and so that all of them can be run on other data.
"""
