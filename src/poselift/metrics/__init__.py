"""Errors of 3D poses; numpy only, never sees a model."""

from poselift.metrics.comparison import (
    ComparedRun,
    Comparison,
    compared,
    comparison_to_csv,
    comparison_to_dict,
    comparison_to_json,
    comparison_to_latex,
    comparison_to_table,
    comparison_to_text,
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
from poselift.metrics.masking import Masking, masking
from poselift.metrics.movement import movement_figures
from poselift.metrics.protocols import (
    DEFAULT_PROTOCOLS,
    PROTOCOLS,
    Protocol,
    movement_protocols,
    protocol_errors,
    protocols_named,
)
from poselift.metrics.reliability import Reliability, reliability
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
    "ComparedRun",
    "Comparison",
    "Grouping",
    "Masking",
    "Protocol",
    "ProtocolResult",
    "Reliability",
    "Report",
    "auc",
    "compared",
    "comparison_to_csv",
    "comparison_to_dict",
    "comparison_to_json",
    "comparison_to_latex",
    "comparison_to_table",
    "comparison_to_text",
    "evaluate",
    "joint_errors",
    "masking",
    "movement_figures",
    "movement_protocols",
    "mpjpe",
    "mpjve",
    "n_joint_errors",
    "n_mpjpe",
    "pa_joint_errors",
    "pa_mpjpe",
    "pck",
    "protocol_errors",
    "protocols_named",
    "reliability",
    "report_to_csv",
    "report_to_dict",
    "report_to_json",
    "report_to_latex",
    "report_to_table",
    "velocity_errors",
]
