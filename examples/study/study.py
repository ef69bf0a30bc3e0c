"""Can the model be trusted on this log, and from which response on does a voucher pay?

usage: study.py [LOG.csv]     a log that tenure.import_log reads; a synthetic shop without one

Three tables: orders held out against orders expected, by model; who the value is concentrated in;
the return of a win-back voucher by the share of customers who answer it.
"""

import sys

import pandas as pd

import tenure
from tenure.customers import BgNbd, GammaGamma, MbgNbd, ParetoNbd

MARGIN = 0.40  # of revenue, after the cost of goods: no log holds it

SHOP = {
    "currency": "USD", "start": "2024-01-01", "days": 730, "customers": 5000, "items": 300,
    "unit": "week", "prices": {"median": 12.0, "log_sd": 0.6}, "orders": {"lines_mean": 2.5},
    "taste": {"clusters": 15, "strength": 0.7, "zipf_exponent": 0.8},
    "region": [{"name": "home", "r": 0.6, "alpha": 8.0, "a": 0.5, "b": 2.0,
                "p": 6.0, "q": 4.0, "gamma": 30.0}],
}  # fmt: skip


def held_out(log):
    """Repeat orders of the last quarter of the log, by each model fitted to what came before."""
    days = log.frame()["time"].dt.normalize()
    end = days.min() + 0.75 * (days.max() - days.min())
    before = log.summary(unit="week", calibration_end=str(end.date()))
    whole = log.summary(unit="week").loc[before.index]
    ahead = (whole["T"] - before["T"]).iloc[0]  # weeks, the same for everybody
    actual = (whole["frequency"] - before["frequency"]).sum()
    rows = []
    for model in (BgNbd(), MbgNbd(), ParetoNbd()):
        model.fit(before["frequency"], before["recency"], before["T"])
        expected = model.predict(ahead, before["frequency"], before["recency"], before["T"]).sum()
        rows.append({"model": type(model).__name__, "AIC": 8 - 2 * model.log_likelihood_,
                     "expected": expected, "actual": actual,
                     "error %": 100 * (expected / actual - 1)})  # fmt: skip
    return pd.DataFrame(rows).set_index("model").sort_values("AIC")


def concentration(log):
    """Share of the next year's value that the best customers bring."""
    summary = log.summary(unit="week")
    orders = BgNbd().fit(summary["frequency"], summary["recency"], summary["T"])
    spend = GammaGamma().fit(summary["spend_frequency"], summary["monetary_value"])
    value = MARGIN * spend.customer_lifetime_value(
        orders, summary["frequency"], summary["recency"], summary["T"], summary["monetary_value"],
        time=12, discount_rate=0.008, freq="W")  # fmt: skip
    value = value.sort_values(ascending=False)
    top = [0.01, 0.05, 0.10, 0.25, 1.0]
    rows = [value.iloc[: max(1, round(share * len(value)))] for share in top]
    return pd.DataFrame(
        {"customers": [len(r) for r in rows], "value": [r.sum() for r in rows],
         "share": [r.sum() / value.sum() for r in rows]},
        index=pd.Index([f"{share:.0%}" for share in top], name="best"))  # fmt: skip


def voucher(answering):
    """10 % off after 60 days of silence, answered by that share of the active customers."""
    return {
        "gross_margin": MARGIN, "discount_rate": 0.10, "horizon_days": 365,
        "parameter_draws": 20, "replications": 2, "population": {"from_store": True},
        "lever": [{
            "name": "voucher", "trigger": {"days_idle": 60}, "uptake": answering,
            "redemption_days": 30,
            "cost": {"build": 500.0, "contact": 0.05, "redemption_share": 0.10},
            "effect": {"rate": 2.0, "rate_log_se": 0.15, "half_life_days": 30},
        }],
        "strategy": [{"name": "voucher", "levers": ["voucher"]}],
    }  # fmt: skip


def returns(log):
    rows = {}
    for answering in (0.05, 0.10, 0.20, 0.30):
        result = tenure.simulate(voucher(answering), store=log)
        rows[answering] = result.strategies.loc["voucher", ["roi", "roi_low", "roi_high", "net"]]
    return pd.DataFrame(rows).T.rename_axis("answering").astype(float)


def main():
    log = tenure.import_log(sys.argv[1]) if len(sys.argv) > 1 else tenure.generate(SHOP)
    print(log)
    print("\nHeld out\n", held_out(log).round(1), sep="")
    print("\nValue of the next twelve months\n", concentration(log).round(3), sep="")
    table = returns(log)
    print("\nA voucher after 60 days of silence\n", table.round(2), sep="")
    paying = table.index[table["roi_low"] > 0]
    if len(paying):
        print(f"\nIt pays for sure where {paying[0]:.0%} or more answer.")
    else:
        print("\nIt does not pay for sure at any response tried.")


if __name__ == "__main__":
    main()
