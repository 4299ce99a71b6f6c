"""The columns of contracts as they are answered, of `contracts c`: lists, exports and events show the same."""

STATE = """
c.id, c.bid_id, c.space_id, c.owner_id, c.client_id, c.owner_organization_id, c.client_organization_id,
c.status, c.signature_status, c.signature_provider, c.requires_authorization, c.envelope_id, c.document_sha256,
c.termination_reason, c.terminates_on, c.updated_at
"""

SUMMARY = (
    STATE
    + """,
c.contract_type, c.start_date, c.end_date, c.term_months, c.base_rent, c.currency, c.schedule_total,
CASE WHEN c.imported IS NULL THEN %(public_url)s || '/api/v1/contracts/' || c.id || '/download' END AS contract_url,
c.imported IS NOT NULL AS imported, c.external_id,
c.hold_until, c.renews_contract_id, c.version, c.created_at,
(c.premises -> 'space') || jsonb_build_object('floor_number', c.premises -> 'floor_number',
    'gross_sqft', c.premises -> 'gross_sqft', 'building', c.premises -> 'building') AS space,
jsonb_build_object('id', c.client_id, 'name', c.client_party ->> 'name',
    'organization', c.client_party ->> 'legal_name') AS client,
(SELECT b.broker_party FROM bids b WHERE b.id = c.bid_id) AS broker,
jsonb_build_object('id', c.owner_id, 'name', c.owner_party ->> 'name',
    'organization', c.owner_party ->> 'legal_name') AS owner
"""
)
