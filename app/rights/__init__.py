"""Geographical indications and marks, and who may use them.

Owns `ip_right`, `right_product` and `use_right`. Status is derived from dates at the moment of
asking, never stored.
"""
