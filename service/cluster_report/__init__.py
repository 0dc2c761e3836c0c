"""The cluster report: one content model, one writer for each format."""

from service.cluster_report.building import NEEDED_ROLES, build
from service.cluster_report.content import ClusterReport
from service.cluster_report.writers import FORMATS, write

__all__ = ["FORMATS", "NEEDED_ROLES", "ClusterReport", "build", "write"]
