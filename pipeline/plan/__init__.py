"""Shots -> Plan: what each take needs done, and why. Pure: it is told facts, it opens nothing."""
