-- Plans of maintenance, and the tickets that they open.

CREATE TABLE maintenance_plans (
    id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    building_id UUID NOT NULL,
    space_id UUID,
    premises JSONB NOT NULL,
    title VARCHAR(255) NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    priority TEXT NOT NULL,
    rrule VARCHAR(500) NOT NULL,
    starts_on DATE NOT NULL,
    lead_days INTEGER NOT NULL,
    contractor_id UUID,
    checklist JSONB DEFAULT '[]'::jsonb NOT NULL,
    next_on DATE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT maintenance_plans_pkey PRIMARY KEY (id),
    CONSTRAINT maintenance_plans_category_check CHECK (category IN ('PLUMBING', 'ELECTRICAL', 'HVAC', 'APPLIANCE', 'OTHER')),
    CONSTRAINT maintenance_plans_priority_check CHECK (priority IN ('LOW', 'MEDIUM', 'HIGH', 'URGENT')),
    CONSTRAINT maintenance_plans_lead_days_check CHECK (lead_days BETWEEN 0 AND 366),
    CONSTRAINT maintenance_plans_building_id_fkey FOREIGN KEY(building_id, owner_organization_id) REFERENCES buildings (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT maintenance_plans_space_id_fkey FOREIGN KEY(space_id, building_id, owner_organization_id) REFERENCES spaces (id, building_id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT maintenance_plans_contractor_id_fkey FOREIGN KEY(contractor_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT maintenance_plans_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT maintenance_plans_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX maintenance_plans_building_id_idx ON maintenance_plans (building_id);

CREATE INDEX maintenance_plans_next_idx ON maintenance_plans (next_on) WHERE deleted_at IS NULL AND next_on IS NOT NULL;

CREATE INDEX maintenance_plans_page_idx ON maintenance_plans (owner_organization_id, id);

CREATE INDEX maintenance_plans_space_id_idx ON maintenance_plans (space_id);

ALTER TABLE tickets ADD COLUMN plan_id UUID;
ALTER TABLE tickets ADD COLUMN occurs_on DATE;
ALTER TABLE tickets ADD COLUMN checklist JSONB;
ALTER TABLE tickets ADD CONSTRAINT tickets_plan_id_fkey
    FOREIGN KEY (plan_id) REFERENCES maintenance_plans (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE tickets ADD CONSTRAINT tickets_planned_check CHECK ((plan_id IS NULL) = (occurs_on IS NULL)) NOT VALID;

-- The owner's side alone.

ALTER TABLE maintenance_plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE maintenance_plans FORCE ROW LEVEL SECURITY;

GRANT SELECT ON maintenance_plans TO app_reader, app_worker;
GRANT SELECT, INSERT ON maintenance_plans TO app_user;
GRANT UPDATE (
    title, description, category, priority, rrule, starts_on, lead_days, contractor_id, checklist, next_on, updated_at,
    updated_by, deleted_at
) ON maintenance_plans TO app_user;
GRANT UPDATE (next_on) ON maintenance_plans TO app_worker;

CREATE POLICY read ON maintenance_plans FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON maintenance_plans FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON maintenance_plans FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON maintenance_plans FOR ALL TO app_worker USING (true);
