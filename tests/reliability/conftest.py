"""Servers to attack, each with a store of its own."""

from tests.services.conftest import new_home

__all__ = ["new_home"]
