from cases.models.acts import BulkAct
from cases.models.campaigns import Campaign, LegalGround
from cases.models.cases import Case, CaseNote, CaseOfficer
from cases.models.complaints import Complaint
from cases.models.corrections import SheetCorrection
from cases.models.imports import ImportRow, RowWords, SheetImport
from cases.models.targets import Target

__all__ = [
    "BulkAct",
    "Campaign",
    "Case",
    "CaseNote",
    "CaseOfficer",
    "Complaint",
    "ImportRow",
    "LegalGround",
    "RowWords",
    "SheetCorrection",
    "SheetImport",
    "Target",
]
