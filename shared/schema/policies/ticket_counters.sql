-- Nobody's but the trigger's on tickets.

ALTER TABLE ticket_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_counters FORCE ROW LEVEL SECURITY;

-- For app.number_ticket().
CREATE POLICY definer ON ticket_counters FOR ALL TO CURRENT_USER USING (true);
