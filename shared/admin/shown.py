"""Entries of the audit log as they are answered: lists and exports show the same."""

SHOWN = """
SELECT a.id, a.created_at, a.user_id, a.organization_id, a.on_behalf_of, a.action, a.operation, a.resource_type,
       a.resource_id, host(a.ip_address) AS ip_address, a.user_agent, a.before, a.after, a.response_status,
       a.correlation_id
FROM audit_logs a
"""
