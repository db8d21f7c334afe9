"""The demo's sample data: the 2024 Cà Mau allotment with made-up entities.

Owns no table: everything is written through the actions of the slices below. The highest slice.
"""
