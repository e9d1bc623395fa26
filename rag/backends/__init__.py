"""Adapters to the outside world: the only vendor imports, and the only places where foreign errors are translated."""
