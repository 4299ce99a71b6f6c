"""The parts of the taxes of a row `p` of payments or of invoices, as they are answered.

Leases that state a percent and no code have one part, without a code.
"""


def _shown(percent: str, net: str) -> str:
    return f"""coalesce(p.taxes, (
           SELECT jsonb_build_array(jsonb_build_object('code', NULL, 'category', 'STANDARD', 'percent', one.percent,
                                                       'net', {net}, 'tax', p.tax_amount, 'reason', NULL))
           FROM (SELECT {percent} AS percent) AS one WHERE one.percent > 0), '[]')"""


TAXES_OF_PAYMENT = _shown(
    "(SELECT c.tax_percent FROM contracts c WHERE c.id = p.contract_id AND p.charge = 'RENT')", "p.amount"
)
TAXES_OF_INVOICE = _shown("p.tax_percent", "p.net_amount")

PERCENT_OF_INVOICE = """CASE WHEN jsonb_array_length(p.taxes) > 1 THEN NULL
            ELSE coalesce((p.taxes #>> '{0,percent}')::numeric, p.tax_percent) END"""
