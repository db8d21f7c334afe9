"""Production lots and their diary.

Owns `lot`, `lot_notice`, `lot_photo`, `diary_entry`, `diary_content`, `diary_photo` and
`diary_photo_promise`. Entries are append-only: the database refuses to change a header, content
may only be erased.
"""
