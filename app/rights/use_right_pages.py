from fastapi import APIRouter

from app.kit.web import Edge

router = APIRouter(prefix="/office/use-rights", route_class=Edge, include_in_schema=False)
