"""Dosethread: cited dosing answers for clinicians, in chat threads."""
