"""Accounts, sessions, roles, memberships and API keys: who is asking.

Owns `account`, `account_role`, `membership`, `session_token`, `api_key`, `one_time_link` and
`idempotency`. Passwords are argon2id; tokens, keys and links are stored as hashes only.
A membership's `entity_id` points upward, to the entities slice: the one such key there is.
"""
