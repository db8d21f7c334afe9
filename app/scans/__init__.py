"""Look-ups of stamps, counted in batches.

Owns `scan`, `scan_total`, `scan_month`, `visitor_key`, `suspicion`, `clone_signal` and
`display_pack`. No address, cookie or position is kept.
"""
