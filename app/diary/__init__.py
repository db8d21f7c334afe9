"""Production lots and their diary.

Owns `lot`, `lot_notice`, `lot_photo`, `diary_entry`, `diary_content`, `diary_photo` and
`diary_photo_promise`. Entries are append-only: the database refuses to change a header, content
may only be erased.

Owns also `process_template`, `process_template_version` and `process_template_draft`: a version
that was published never changes, and a lot keeps the one it was opened with.
"""
