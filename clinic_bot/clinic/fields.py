"""Words of one field of medicine, as patients and as clinics say them: a ``dentista`` attends ``odontologia``. Pure.

Only what names the same thing: what aches is no field. Words are plain and are told by their first letters.
"""

#: As long as a word is compared; a shorter one is compared whole.
_LETTERS = 5
_FIELDS = (
    ("odont", "denti", "denta", "dente"),
    ("derma", "pele"),
    ("oftal", "oculi", "olho", "olhos"),
    ("cardi", "corac"),
    ("pedia", "crian", "infan"),
    ("ortop", "osso", "ossos"),
    ("otorr", "otori", "ouvid"),
    ("ultra", "ecogr", "usg"),
    ("radio", "raio", "rx"),
    ("eletr", "ecg"),
    ("sangu", "hemog"),
    ("ginec", "preve"),
    # What is shorter than the letters that are compared.
    ("fonoa", "fonot", "fono"),
    ("urolo", "uro"),
    ("oncol", "onco"),
    ("mamog", "mamo"),
)
_FIELD_OF = {word: n for n, words in enumerate(_FIELDS) for word in words}


def field_of(word: str) -> int | None:
    """Which field a word names, if any."""
    return _FIELD_OF.get(word[:_LETTERS])


def same_field(word: str, other: str) -> bool:
    field = field_of(word)
    return field is not None and field == field_of(other)


def beginnings(word: str) -> tuple[str, ...]:
    """How the words begin that name the field of ``word``; empty where it names none."""
    field = field_of(word)
    return () if field is None else _FIELDS[field]
