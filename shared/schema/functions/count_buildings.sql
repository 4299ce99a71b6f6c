-- Recounts these buildings. The lock comes first, in a separate statement: the count's snapshot is then later than the
-- commit of the previous lock holder, and sees its spaces. Everybody locks spaces before their building, so that no
-- deadlock arises.
CREATE OR REPLACE FUNCTION app.count_buildings(ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM FROM public.buildings AS b WHERE b.id = ANY (ids) ORDER BY b.id FOR NO KEY UPDATE;

    UPDATE public.buildings AS b
    SET total_spaces = n.total_spaces,
        listed_spaces = n.listed_spaces,
        available_spaces = n.available_spaces,
        leasable_sqft = n.leasable_sqft,
        occupied_sqft = n.occupied_sqft
    FROM (
        SELECT place.id,
               count(s.id) AS total_spaces,
               count(s.id) FILTER (WHERE s.is_leasable) AS listed_spaces,
               count(s.id) FILTER (WHERE s.is_leasable AND s.availability_status = 'AVAILABLE') AS available_spaces,
               coalesce(sum(s.gross_sqft) FILTER (WHERE s.is_leasable), 0) AS leasable_sqft,
               coalesce(sum(s.gross_sqft) FILTER (
                   WHERE s.is_leasable AND s.availability_status = 'OCCUPIED'), 0) AS occupied_sqft
        FROM unnest(ids) AS place (id)
        LEFT JOIN public.spaces AS s ON s.building_id = place.id AND s.deleted_at IS NULL
        GROUP BY place.id
    ) AS n
    WHERE b.id = n.id
      AND (b.total_spaces, b.listed_spaces, b.available_spaces, b.leasable_sqft, b.occupied_sqft)
          IS DISTINCT FROM
          (n.total_spaces, n.listed_spaces, n.available_spaces, n.leasable_sqft, n.occupied_sqft);
END
$$;

REVOKE ALL ON FUNCTION app.count_buildings(uuid[]) FROM PUBLIC;
