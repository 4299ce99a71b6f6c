-- The searches that find this space and have not reported it yet; marks it as reported.
CREATE OR REPLACE FUNCTION app.claim_matches(space_id uuid)
RETURNS TABLE (saved_search_id uuid, search text, user_id uuid, organization_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    listing public.listings;
    candidate record;
    ranks text[];
    fits boolean;
BEGIN
    SELECT l.* INTO listing FROM public.listings AS l WHERE l.id = $1 AND l.is_leasable;
    FOR candidate IN
        SELECT s.id, s.name, s.wanted, u.id AS user_id, u.organization_id
        FROM public.saved_searches AS s
        JOIN public.users AS u ON u.id = s.user_id
        WHERE s.anchor = ANY (listing.tags || 0::bigint) AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
          -- Whoever lists it need not be told.
          AND u.organization_id <> listing.owner_organization_id
        ORDER BY s.id
    LOOP
        ranks := app.ranks_of(candidate.wanted ->> 'q');
        EXECUTE format('SELECT EXISTS (SELECT FROM public.listings AS l WHERE l.id = %L::uuid AND %s AND %s)', $1,
                       app.filters_of(candidate.wanted), ranks[cardinality(ranks)]) INTO fits;
        IF fits THEN
            INSERT INTO public.saved_search_matches AS m (saved_search_id, space_id, is_mailed)
            VALUES (candidate.id, $1, false)
            ON CONFLICT DO NOTHING;
            IF FOUND THEN
                saved_search_id := candidate.id;
                search := candidate.name;
                user_id := candidate.user_id;
                organization_id := candidate.organization_id;
                RETURN NEXT;
            END IF;
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION app.claim_matches(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.claim_matches(uuid) TO app_worker;
