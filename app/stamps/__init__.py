"""Stamp batches, their codes and spans.

Owns `key_epoch`, `stamp_batch`, `stamp_span`, `stamp_movement`, `stamp_refusal`, `stamp_export`
and `print_preset`. Spans never overlap, change only by compare-and-swap, and every change is a
movement. There is no row per stamp.
"""
