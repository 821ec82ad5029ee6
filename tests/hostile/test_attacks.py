"""The attack kit over every engine."""

from __future__ import annotations

from engo.testing.attack_kit import AttackKit
from engo.testing.lies_kit import LiesKit


class TestNative(AttackKit):
    engine = "native"


class TestNativeLies(LiesKit):
    engine = "native"
