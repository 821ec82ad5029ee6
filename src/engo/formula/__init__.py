"""Formulas: the recipes of values, their names and what depends on what; pure.

ids        formula numbers, node numbers, ids `<number>:<node>`
names      pet names, special names, paths
locators   `endo://<node>/?id=<number>&type=<type>`
types      the formula types, their members and references; JSON in and out
graph      what is reachable, what has become garbage
liveness   which live values fall when another does

Nothing here opens, waits, reads a clock or draws a random number.
"""
