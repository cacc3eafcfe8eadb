"""How long the long proofs may take: PROOF_MINUTES in all, of which each takes its share."""

import os

MINUTES = 6.0


def seconds(share: float) -> float:
    """The seconds that a proof may run. share: its part of all proofs' time, such as 0.2."""
    return 60 * share * float(os.environ.get("PROOF_MINUTES") or MINUTES)
