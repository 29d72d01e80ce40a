"""Does what came equal what is stored? A running installation, checked from the data itself."""

from deploy.audit.audit import Audited, Report, audit

__all__ = ["Audited", "Report", "audit"]
