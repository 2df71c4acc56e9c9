from tests.verification.conftest import rehearsed_study, study

__all__ = ["rehearsed_study", "study"]
