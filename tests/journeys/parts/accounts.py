"""Accounts, their second factor, the people of an entity, and the audit trail."""

from typing import Any

PUBLIC = """
GET /sign-in/code /sign-in/second-factor
POST /sign-in/code /sign-in/second-factor
"""
ON_ACCOUNT = "/office/accounts/{account_id}"
ALLOWED = {
    "owfpairmx": """
        GET /account/second-factor /account/second-factor/new
        POST /account/second-factor /account/second-factor/new /account/second-factor/codes
            /account/second-factor/end
    """,
    "fpa": f"""
        GET {ON_ACCOUNT}/edit {ON_ACCOUNT}/memberships/new
        POST {ON_ACCOUNT}/edit {ON_ACCOUNT}/memberships/new
            {ON_ACCOUNT}/memberships/{{entity_id}}/end
    """,
    "a": f"""
        GET {ON_ACCOUNT}/roles
        POST {ON_ACCOUNT}/roles {ON_ACCOUNT}/second-factor/reset {ON_ACCOUNT}/export
            {ON_ACCOUNT}/erase
    """,
    "fpai": "GET /office/audit",
    "ox": "GET /app/workers",
    "o": """
        POST /app/workers /app/workers/{entity_id}/{account_id}/link
            /app/workers/{entity_id}/{account_id}/remove
    """,
}


def forms(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    person = {"name": "Anh Bảy", "phone": "0912 111 222"}
    entity = {"entity_id": ids["entity_id"]}
    return {
        f"{ON_ACCOUNT}/edit": person,
        f"{ON_ACCOUNT}/memberships/new": entity | {"belonging": "worker"},
        f"{ON_ACCOUNT}/roles": {"inspector": "on"},
        "/app/workers": entity | person,
    }
