"""Errors of 3D poses; numpy only, never sees a model."""

from poselift.metrics.comparison import (
    Run,
    Runs,
    runs_side_by_side,
    runs_to_csv,
    runs_to_dict,
    runs_to_json,
    runs_to_latex,
    runs_to_table,
    runs_to_text,
)
from poselift.metrics.evaluation import evaluate
from poselift.metrics.grouping import Grouping
from poselift.metrics.joint_errors import (
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
from poselift.metrics.protocols import DEFAULT_PROTOCOLS, PROTOCOLS, Protocol, protocol_errors, protocols_named
from poselift.metrics.report import (
    ProtocolResult,
    Report,
    report_to_csv,
    report_to_dict,
    report_to_json,
    report_to_latex,
    report_to_table,
)

__all__ = [
    "DEFAULT_PROTOCOLS",
    "PROTOCOLS",
    "Grouping",
    "Protocol",
    "ProtocolResult",
    "Report",
    "Run",
    "Runs",
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
    "protocols_named",
    "report_to_csv",
    "report_to_dict",
    "report_to_json",
    "report_to_latex",
    "report_to_table",
    "runs_side_by_side",
    "runs_to_csv",
    "runs_to_dict",
    "runs_to_json",
    "runs_to_latex",
    "runs_to_table",
    "runs_to_text",
    "velocity_errors",
]
