"""The signs of danger, in the order in which they are looked for; the first one found names the emergency."""

from clinic_bot.turns.emergency_illness import (
    ALLERGIC_SWELLING,
    BREATHLESSNESS,
    CHEST_PAIN,
    DYING,
    INFECTION,
    PREGNANCY,
    SEIZURE,
    STROKE,
    UNCONSCIOUS,
)
from clinic_bot.turns.emergency_injury import ACCIDENT, BLEEDING, POISONING
from clinic_bot.turns.emergency_self_harm import SELF_HARM
from clinic_bot.turns.emergency_sign import Sign

SIGNS: tuple[Sign, ...] = (
    CHEST_PAIN,
    BREATHLESSNESS,
    STROKE,
    UNCONSCIOUS,
    SEIZURE,
    BLEEDING,
    SELF_HARM,
    ALLERGIC_SWELLING,
    POISONING,
    PREGNANCY,
    INFECTION,
    ACCIDENT,
    DYING,
)
