"""The choices that an offer's terms have: apart from the engine, as whoever only reads a bid needs no more of it."""

from typing import Literal

ContractType = Literal["LEASE", "RENTAL", "SALE"]
BillingFrequency = Literal["MONTHLY", "QUARTERLY", "ANNUAL"]
Proration = Literal["ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"]
EscalationKind = Literal["NONE", "COMPOUND", "SIMPLE", "STEP", "AMOUNT", "INDEX"]
IndexMode = Literal["BASE", "PRIOR"]
CommissionBase = Literal["NET_OF_FREE_RENT", "GROSS_RENT"]
Compounding = Literal["NOMINAL_12", "EFFECTIVE"]
DiscountTiming = Literal["ADVANCE", "ARREARS"]
DiscountPeriod = Literal["MONTH", "YEAR"]
ScheduledCharge = Literal["RENT", "DEPOSIT"]
