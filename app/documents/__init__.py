"""Papers attached to records: scans of certificates, decisions, reports of laboratories.

Owns `document`. A document is a PDF or a picture, belongs to one record for good, and is
withdrawn with a reason, never deleted. Who may attach one is decided by the record's own slice.
"""
