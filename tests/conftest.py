"""How property tests run: no clock decides whether one passes.

Machines that build and test at once are slow at random moments; a test that hangs is
ended by pytest's own timeout. Fixtures belong to the folder that uses them.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "engo", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("engo")
