-- Whether the two are equal, or one insertion, deletion, substitution or swap of neighbours apart.
CREATE OR REPLACE FUNCTION app.are_one_slip_apart(one text, other text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    place integer := 1;
BEGIN
    WHILE place <= length(one) AND substr(one, place, 1) = substr(other, place, 1) LOOP
        place := place + 1;
    END LOOP;
    RETURN one = other
        OR substr(one, place + 1) = substr(other, place)
        OR substr(one, place) = substr(other, place + 1)
        OR substr(one, place + 1) = substr(other, place + 1)
        OR (substr(one, place, 1) = substr(other, place + 1, 1)
            AND substr(one, place + 1, 1) = substr(other, place, 1)
            AND substr(one, place + 2) = substr(other, place + 2));
END
$$;

REVOKE ALL ON FUNCTION app.are_one_slip_apart(text, text) FROM PUBLIC;
