"""What every worker starts from: JavaScript, and the build that makes images of it.

The scripts run in the order of their numbers, in the start compartment of a fresh
machine. Nothing in here is needed by a running Engo; the images are.
"""
