"""Experiments on the real pipeline in virtual time. Imports the simulation and the pipeline, never the screen."""
