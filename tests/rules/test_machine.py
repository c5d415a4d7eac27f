"""The design's rules under any order of events: a machine over the real store, on a real file, and the window.

The steps stand by subject in the files beside this one, what must hold in ``tests/support/invariants.py``.
"""

from hypothesis import HealthCheck, Phase, settings

from tests.rules.processes import ProcessSteps


class RulesMachine(ProcessSteps):
    """Everybody at once: patients, the clinic, runners, Z-API, processes and their clock."""


TestRules = RulesMachine.TestCase
TestRules.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
