"""``python -m clinic_bot`` is ``clinic-bot``."""

from clinic_bot.cli import main

main()
