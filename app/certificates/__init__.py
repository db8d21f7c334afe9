"""Certificates other than OCOP's, the policy that asks for them, and lists of both.

Owns `certificate` and `certificate_policy`. A certificate is never deleted: it is revoked by a
decision, renewed by one that follows it, or struck out with the reason where it was entered by
mistake. What stands on a day is derived when it is asked for. A policy is only added to: the
latest row that is in force on a day counts.
"""
