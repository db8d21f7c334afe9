"""Look-ups of stamps, counted in batches.

Owns `scan`, `scan_total`, `scan_month`, `visitor_key` and `suspicion`. No address, cookie or
position is kept.
"""
