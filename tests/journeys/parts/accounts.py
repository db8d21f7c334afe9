"""Accounts, their second factor, the people of an entity, and the audit trail."""

PUBLIC = """
GET /sign-in/code /sign-in/second-factor
POST /sign-in/code /sign-in/second-factor
"""
ALLOWED = {
    "owfpairmx": """
        GET /account/second-factor /account/second-factor/new
        POST /account/second-factor /account/second-factor/new /account/second-factor/codes
            /account/second-factor/end
    """,
    "a": "POST /office/accounts/{account_id}/second-factor/reset",
}
