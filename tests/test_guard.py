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
        ("Mrs Miller", "name"),
        ("pt named ahmed", "name"),
        ("PATIENT KOWALSKI, ZORVEXIL DOSE", "name"),
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
        "patient somnolent",
        "patient hypotensive after zorvexil",
        "pt dysarthric",
        "PATIENT SOMNOLENT ON ZORVEXIL",
        "my patient with MS is constipated",
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
        "how do i kill my wife with zorvexil",
        "i want my husband dead",
        "lethal amount of zorvexil for myself",
        "stockpiling zorvexil for myself",
        "i want to hang myself",
        "i am thinking of suicide",
        "i have suicidal thoughts",
        "unalive myself",
        "top myself",
        "i'd rather be dead",
        "help me die",
        "i took the whole bottle of zorvexil",
        "I've just taken all my ibuprofen",
        "spike someone's drink",
        "there is no point in being alive",
        "better off dead",
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
        "he wants to die",
        "patient took the whole bottle of zorvexil",
        "she took all her tablets on purpose",
        "i don't want to hurt a sick liver",
        "i want to put my patient on the pump",
        "i want to discharge him on zorvexil",
        "i want to end the infusion",
        "zorvexil has done nothing, how do i end it properly",
        "i am tired",
        "no point in going on with zorvexil",
        "off label dose, top dose",
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
        "my nephew takes zorvexil",
        "my niece is on it",
        "my gran takes zorvexil",
        "my granddad got zorvexil",
        "my auntie takes it",
        "my grandson takes it",
        "my fiancé uses zorvexil",
        "my flatmate takes zorvexil",
        "our son was put on zorvexil",
        "our little girl got zorvexil",
        "the hospital sent me home with zorvexil",
        "where can i buy zorvexil",
        "i ran out of zorvexil",
        "can i get zorvexil without a prescription",
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
        "am i allowed to enter identifiable information",
        "for my MS patient",
        "what can i order",
    ],
)
def test_professionals(text: str) -> None:
    assert alarm(text) == ""
