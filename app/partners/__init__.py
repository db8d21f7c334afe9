"""What shops build on: keys, the verification API, badges, webhooks. Owns `partner*`, `listing`
and `webhook*`.
"""
