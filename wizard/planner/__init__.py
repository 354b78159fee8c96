"""Needs + Catalog -> Plan."""
