"""Provinces and communes of Vietnam, effective-dated.

Owns `place`. Codes are strings with leading zeros: two digits for a province, five for a
commune. A unit that ends keeps its row, since certificates and labels go on naming it.
"""
