"""Errors of 3D poses; numpy only, never sees a model."""

from poselift.metrics.errors import (
    auc,
    joint_errors,
    mpjpe,
    mpjve,
    n_joint_errors,
    n_mpjpe,
    pa_joint_errors,
    pa_mpjpe,
    pck,
    velocity_errors,
)
from poselift.metrics.protocols import PROTOCOLS, Protocol, protocol_errors
from poselift.metrics.report import (
    ProtocolResult,
    Report,
    evaluate,
    report_to_csv,
    report_to_dict,
    report_to_json,
    report_to_table,
)

__all__ = [
    "PROTOCOLS",
    "Protocol",
    "ProtocolResult",
    "Report",
    "auc",
    "evaluate",
    "joint_errors",
    "mpjpe",
    "mpjve",
    "n_joint_errors",
    "n_mpjpe",
    "pa_joint_errors",
    "pa_mpjpe",
    "pck",
    "protocol_errors",
    "report_to_csv",
    "report_to_dict",
    "report_to_json",
    "report_to_table",
    "velocity_errors",
]
