"""Imports every slice's models, so that one metadata holds them all."""

import app.audit.models
import app.certificates.models
import app.diary.decision_models
import app.diary.models
import app.diary.template_models
import app.diary.trace_models
import app.diary.upload_models
import app.documents.models
import app.entities.models
import app.entities.part_models
import app.identity.factor_models
import app.identity.models
import app.office.import_models
import app.office.queue_models
import app.oversight.inspection_models
import app.oversight.models
import app.oversight.quality_models
import app.partners.event_models
import app.partners.models
import app.partners.webhook_models
import app.places.models
import app.products.link_models
import app.products.models
import app.rights.models
import app.rights.right_models
import app.rights.use_models
import app.scans.models
import app.stamps.allotment_models
import app.stamps.ledger_models
import app.stamps.models
import app.stamps.print_models
import app.stamps.recall_models  # noqa: F401 - imported for its tables
from app.kit.db import Base

metadata = Base.metadata
