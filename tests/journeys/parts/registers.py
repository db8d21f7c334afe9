PUBLIC = "GET /rights /r/{right_id} /open-data /open-data/{file}"
ALLOWED: dict[str, str] = {}


def hung(_db: object, _ids: object, _keyring: object) -> dict[str, str]:
    return {"file": "use-rights.csv"}
