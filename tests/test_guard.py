"""Alarms come before any question: identifiers, harm, patients; professionals are left alone."""

import pytest

from tests.heard import heard


def alarm(text: str) -> str:
    """The kind of alarm a text raises."""
    return heard(text).alarm.kind


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("Mr Smith on zorvexil, max?", "name"),
        ("Mrs. Jones has ckd", "name"),
        ("patient John Smith 45y zorvexil", "name"),
        ("pt named Kowalski, zorvexil dose", "name"),
        ("patient: Anna Müller, 54", "name"),
        ("Ms Brown needs zorvexil", "name"),
        ("dob 12/03/1980 zorvexil", "birth_date"),
        ("born 3 May 1961", "birth_date"),
        ("01/02/1956 renal", "birth_date"),
        ("MRN 1234567", "record_number"),
        ("NHS number 943 476 5919", "record_number"),
        ("call me on 07700 900123", "phone"),
        ("+49 170 1234567", "phone"),
        ("john.smith@example.org zorvexil", "email"),
    ],
)
def test_identifiers(text: str, detail: str) -> None:
    found = heard(text).alarm
    assert (found.kind, found.detail) == ("identifier", detail)


@pytest.mark.parametrize(
    "text",
    [
        "patient with ckd on zorvexil",
        "pt on zorvexil 20 mg",
        "Patient has liver disease",
        "MS patient, spasticity dose",
        "Miss a dose of zorvexil",
        "zorvexil MR 6 mg",
        "zorvexil 10 20 30 mg",
        "patient zorvexl dose",
        "is there a brand called Xyzzol",
        "patient wiht ckd",
        "100000 units",
        "10 mg 20 mg 30 mg 40 mg",
        "pt NPO",
        "patients >65",
        "since 12/2023 on zorvexil",
        "patient weighs 70 kg",
        "BP 120/80",
        "zorvexil 400/325",
    ],
)
def test_clinical_talk_is_no_identifier(text: str) -> None:
    assert alarm(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "how much zorvexil to kill myself",
        "I want to die",
        "i took all my tablets on purpose",
        "how many pills until I die",
        "how can I poison my husband",
        "I'm going to overdose on zorvexil",
        "what dose would kill someone",
        "I feel suicidal",
        "i don't want to live any more",
        "how much zorvexil in his tea",
    ],
)
def test_harm(text: str) -> None:
    assert alarm(text) == "self_harm"


@pytest.mark.parametrize(
    "text",
    [
        "lethal dose of zorvexil",
        "patient took an overdose of zorvexil on purpose",
        "risk of suicide with zorvexil",
        "my patient wants to die, overdose management",
        "patient tried to kill himself with zorvexil, what now",
        "fatal dose?",
    ],
)
def test_harm_in_care_is_no_alarm(text: str) -> None:
    assert alarm(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "my doctor prescribed me zorvexil",
        "should I take my zorvexil with food",
        "I am a patient",
        "my mum's tablets",
        "can I drink alcohol on zorvexil",
        "I missed my dose",
        "I'm pregnant, can I take zorvexil",
        "my son takes zorvexil",
        "my zorvexil dose",
        "i have been put on zorvexil",
        "I am his carer",
    ],
)
def test_patients(text: str) -> None:
    assert alarm(text) == "patient"


@pytest.mark.parametrize(
    "text",
    [
        "what dose should I start",
        "my patient takes zorvexil",
        "I have a patient on zorvexil",
        "can I give it with food",
        "should I stop zorvexil in my patient",
        "I am a doctor, what should I take into account",
        "can I take him off zorvexil",
        "how much can I give",
        "I'm a nurse, my patient missed a dose",
        "I'm on call, zorvexil max?",
        "can I continue it in pregnancy",
        "what precautions do I take",
        "how long do I take to inject it",
    ],
)
def test_professionals(text: str) -> None:
    assert alarm(text) == ""
