"""One meaning for each colour, whatever page it stands on: the kind of every state word of the system.

The state tables say the colours of their states; here are those of words that are no object's state. A word that is
missing in both is grey. What each colour means: `corps.states.Colour`.
"""

from corps.states import COLOURS, GREY, Colour

NAMES = tuple(Colour)

_WORDS = {
    Colour.GREY: "already_gone ended live none repeat",
    Colour.BLUE: "loading new",
    Colour.AMBER: "claimed_gone held removed shut unreachable",
    Colour.GREEN: "gone repaired",
    Colour.RED: "back contradiction invalid overdue",
    Colour.PURPLE: "official waiting_approval",
}
KINDS = {word: colour for colour, words in _WORDS.items() for word in words.split()}


def kind_of(word: str) -> str:
    """The kind (`grey` … `purple`) of a state word; a kind's own name stands for itself."""
    if word in NAMES:
        return word
    return COLOURS.get(word) or KINDS.get(word, GREY)
