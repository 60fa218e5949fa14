"""No test reports home: the variables are set before pytest imports the first test."""

from bentos import NO_REPORTS


def pytest_report_header() -> str:
    """Says in pytest's first lines which variables turn reports off."""
    return f"reports home are off: {', '.join(NO_REPORTS)}"
