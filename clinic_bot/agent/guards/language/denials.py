"""Words by which a sentence states nothing of its own: it denies, asks, or takes up what the patient said. Pure."""

import re

NOT = re.compile(r"\b(?:nao|nem|nunca|nenhum\w*|sem|tampouco|infelizmente|impossivel)\b")
#: Says no to what the sentence says; ``sem juros`` and ``infelizmente`` may stand beside a yes.
NO = re.compile(r"\b(?:nao|nem|nunca)\b")
#: Takes up what the patient said, and states nothing.
TAKES_UP = re.compile(
    r"\b(?:voce|vc|o senhor|a senhora) (?:disse|mencionou|falou|citou|pagou|enviou|mandou|informou|perguntou)\b"
    r"|\bcomprovante\b|\brecebi\b|\banot\w+|\bverific\w+|\b(?:vou|preciso|a) confirmar\b"
    r"|\b(?:com|para|pra|pela|chamar|avisar) (?:a )?recepcao\b"
    r"|\brecepcao (?:\w+ )?(?:pode|informa|responde|avalia|ajuda|passa|diz|explica|confirma)\w*"
)


def states_nothing(bare: str) -> bool:
    """Whether a sentence, plain, states nothing of its own."""
    return bare.endswith("?") or bool(NOT.search(bare) or TAKES_UP.search(bare))
