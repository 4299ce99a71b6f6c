"""Bids as they are answered: lists and exports show the same."""

SHOWN = """
SELECT b.id, b.space_id, b.client_id, b.owner_id, b.client_organization_id, b.owner_organization_id,
       b.bid_amount, b.counter_offer_amount, b.currency, b.contract_type, b.start_date, b.term_months,
       b.terms, b.valid_until, b.status, b.version, b.notes, b.decision_reason, b.decided_at, b.created_at,
       b.updated_at,
       (SELECT c.id FROM contracts c WHERE c.bid_id = b.id) AS contract_id,
       jsonb_build_object('id', b.client_id, 'name', b.client_party ->> 'name',
                          'organization', b.client_party ->> 'legal_name') AS client,
       b.broker_id, b.broker_party AS broker, b.premises AS space
FROM bids b
"""
