"""Look-ups of stamps, counted in batches.

Owns `scan`, `scan_total`, `visitor_key` and `suspicion`. No address, cookie or position is kept.
"""
