"""Two robots that talk would talk for ever: after so many replies in an hour a person has the chat. Pure."""

HOUR_MS = 3_600_000


def is_last_reply(replies_within_the_hour: int, most_per_hour: int) -> bool:
    """Whether the reply that comes now has to be the one that hands over, so that ``most_per_hour`` holds with it.

    Never asked for an emergency: its text has to leave, and hands over by itself.
    """
    return replies_within_the_hour >= most_per_hour - 1
