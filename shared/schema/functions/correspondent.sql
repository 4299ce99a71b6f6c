-- Somebody to whom the caller may write, by the id that the caller knows: they share an organization, a bid, a contract,
-- a valid mandate or a conversation. No row for any other id.
CREATE OR REPLACE FUNCTION app.correspondent(user_id uuid)
RETURNS TABLE (id uuid, organization_id uuid, has_blocked boolean, conversation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id, u.organization_id,
           EXISTS (SELECT FROM public.user_blocks AS k WHERE k.blocker_id = u.id AND k.blocked_id = app.user_id()),
           pair.id
    FROM public.users AS u
    LEFT JOIN public.conversations AS pair
        ON pair.first_id = least(u.id, app.user_id()) AND pair.second_id = greatest(u.id, app.user_id())
    WHERE u.id = $1 AND u.id <> app.user_id() AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND (pair.id IS NOT NULL
        OR u.organization_id = app.organization_id()
        OR EXISTS (SELECT FROM public.conversation_participants AS mine
                   JOIN public.conversation_participants AS theirs USING (conversation_id)
                   WHERE mine.user_id = app.user_id() AND theirs.user_id = u.id)
        OR EXISTS (SELECT FROM public.bids AS b
                   WHERE b.owner_organization_id = app.organization_id()
                     AND (b.client_organization_id = u.organization_id OR b.broker_id = u.id))
        OR EXISTS (SELECT FROM public.bids AS b
                   WHERE b.owner_organization_id = u.organization_id
                     AND (b.client_organization_id = app.organization_id() OR b.broker_id = app.user_id()))
        OR EXISTS (SELECT FROM public.contracts AS c
                   WHERE c.owner_organization_id = app.organization_id()
                     AND c.client_organization_id = u.organization_id)
        OR EXISTS (SELECT FROM public.contracts AS c
                   WHERE c.owner_organization_id = u.organization_id
                     AND c.client_organization_id = app.organization_id())
        OR EXISTS (SELECT FROM public.mandates AS m
                   WHERE m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
                     AND ((m.broker_id = app.user_id() AND m.client_organization_id = u.organization_id)
                       OR (m.broker_id = u.id AND m.client_organization_id = app.organization_id()))))
$$;

REVOKE ALL ON FUNCTION app.correspondent(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.correspondent(uuid) TO app_user;
