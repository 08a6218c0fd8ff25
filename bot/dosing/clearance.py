"""Creatinine clearance by Cockcroft and Gault, with all that went into it; it is never an eGFR."""

from dataclasses import dataclass
from decimal import Decimal

# (140 - age) x weight / (72 x creatinine in mg/dL), times 0.85 for a woman: as the source in shared.yaml prints it.
AGE_FROM, DIVISOR, FEMALE = Decimal(140), Decimal(72), Decimal("0.85")
UMOL_PER_MG_DL = Decimal("88.4")
ADULT_FROM = Decimal(18)  # years; the formula was made for adults
# Ideal weight (Devine): 50 or 45.5 kg and 2.3 kg for each inch over 60; adjusted: ideal + 0.4 of what is above it.
CM_PER_INCH, INCHES, PER_INCH = Decimal("2.54"), Decimal(60), Decimal("2.3")
IDEAL_AT_60_INCHES = {"male": Decimal(50), "female": Decimal("45.5")}
ABOVE_IDEAL = Decimal("0.4")
FAR_FROM_IDEAL = Decimal("1.2")  # actual to ideal weight from which the other weights are shown as well


@dataclass(frozen=True, slots=True)
class Clearance:
    """mL/min with the inputs: age in years, weight in kg and which weight, creatinine in mg/dL.

    `others`: the same with ideal and adjusted weight, where the height is known and the weights lie far apart.
    """

    value: Decimal
    age: Decimal
    weight: Decimal
    sex: str
    creatinine: Decimal
    weight_kind: str = "actual"
    others: tuple["Clearance", ...] = ()


class NotForThisPatient(ValueError):  # noqa: N818
    """The formula does not hold for such inputs."""


def mg_per_dl(value: Decimal, unit: str) -> Decimal:
    """A creatinine in mg/dL, whatever it was said in."""
    factors = {"mg/dL": Decimal(1), "umol/L": 1 / UMOL_PER_MG_DL, "mmol/L": 1000 / UMOL_PER_MG_DL}
    if unit not in factors:
        raise NotForThisPatient(f"{unit!r} is no unit of creatinine")
    return value * factors[unit]


def cockcroft_gault(
    age: Decimal, weight: Decimal, sex: str, creatinine: Decimal, height: Decimal | None = None
) -> Clearance:
    """Creatinine clearance in mL/min of an adult: years, kg, male or female, mg/dL, cm."""
    if not ADULT_FROM <= age < AGE_FROM or weight <= 0 or creatinine <= 0 or sex not in IDEAL_AT_60_INCHES:
        raise NotForThisPatient("an adult's age, a weight, male or female, and a creatinine are needed")
    made = Clearance(_formula(age, weight, sex, creatinine), age, weight, sex, creatinine)
    ideal = ideal_weight(sex, height) if height else None
    if ideal is None or not weight > ideal * FAR_FROM_IDEAL:
        return made
    weights = {"ideal": ideal, "adjusted": ideal + ABOVE_IDEAL * (weight - ideal)}
    others = tuple(
        Clearance(_formula(age, other, sex, creatinine), age, other, sex, creatinine, kind)
        for kind, other in weights.items()
    )
    return Clearance(made.value, age, weight, sex, creatinine, "actual", others)


def ideal_weight(sex: str, height: Decimal) -> Decimal | None:
    """Ideal body weight in kg for a height in cm; None below 60 inches, where the formula does not hold."""
    inches = height / CM_PER_INCH
    return IDEAL_AT_60_INCHES[sex] + PER_INCH * (inches - INCHES) if inches >= INCHES else None


def _formula(age: Decimal, weight: Decimal, sex: str, creatinine: Decimal) -> Decimal:
    male = (AGE_FROM - age) * weight / (DIVISOR * creatinine)
    return male * FEMALE if sex == "female" else male
