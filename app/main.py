from app.config import Settings
from app.wiring import create_app

app = create_app(Settings.from_env())
