"""Fakes, virtual clock and conformance kits; public, for tests of Engo and on Engo."""
