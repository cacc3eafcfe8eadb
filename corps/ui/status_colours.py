"""One meaning for each colour, whatever page it stands on: the kind of every state word of the system.

grey: not begun, or over without a result. blue: in progress. amber: waits for somebody. green: verified, done.
red: overdue, refused, contradiction. purple: needs approval. A word that is missing here is grey.
"""

NAMES = ("grey", "blue", "amber", "green", "red", "purple")

_WORDS = {
    "grey": (
        "abandoned archived cancelled carried_over closed draft dropped gone_before_notice lead live none not_filed"
        " ended not_ours pending received repeat reported restored transferred undone void withdrawn already_gone"
    ),
    "blue": (
        "accepted concluding disposing filed handed_over in_case issued loading new noticed open reading registering"
        " reopened sending sent"
    ),
    "amber": (
        "appealed claimed claimed_gone held lodged needs_information removed returned review shut suspended unreachable"
    ),
    "green": "answered approved completed done gone repaired verified",
    "red": "back contradiction failed invalid overdue refused relisted uncertain upheld",
    "purple": "official submitted waiting_approval",
}
KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def kind_of(word: str) -> str:
    """The kind (`grey` … `purple`) of a state word; a kind's own name stands for itself."""
    return word if word in NAMES else KINDS.get(word, "grey")
