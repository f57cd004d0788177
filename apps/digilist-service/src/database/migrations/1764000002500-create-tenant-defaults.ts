import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What every tenant has from its first moment: listing types and pricing groups. A trigger, because a tenant arrives in
 * more than one way (the state stream, a read on demand, a migration) and none of them may forget it.
 */
export class CreateTenantDefaults1764000002500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE FUNCTION digilist.create_tenant_defaults() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  v_by uuid := coalesce(NEW.service_user_id, NEW.id);
BEGIN
  INSERT INTO digilist.listing_types (tenant_id, key, name, models, created_by, updated_by)
  SELECT NEW.id, t.key, t.name::jsonb, t.models::text[], v_by, v_by FROM (VALUES
    ('SPACE', '{"nb": "Lokale", "nn": "Lokale", "en": "Space"}', '{TIME_RANGE,SLOT,ALL_DAY}'),
    ('RESOURCE', '{"nb": "Utstyr", "nn": "Utstyr", "en": "Equipment"}', '{QUANTITY,CAPACITY}'),
    ('EVENT', '{"nb": "Arrangement", "nn": "Arrangement", "en": "Event"}', '{CAPACITY,PACKAGE}'),
    ('SERVICE', '{"nb": "Tjeneste", "nn": "Teneste", "en": "Service"}', '{TIME_RANGE,SLOT}'),
    ('VEHICLE', '{"nb": "Kjøretøy", "nn": "Køyretøy", "en": "Vehicle"}', '{TIME_RANGE,ALL_DAY}'),
    ('OTHER', '{"nb": "Annet", "nn": "Anna", "en": "Other"}', '{TIME_RANGE,SLOT,ALL_DAY,QUANTITY,CAPACITY,PACKAGE}')
  ) t (key, name, models)
  ON CONFLICT (tenant_id, key) DO NOTHING;

  INSERT INTO digilist.pricing_groups (tenant_id, key, name, discount_basis_points, requires_verification, organization_kinds,
    position, created_by, updated_by)
  SELECT NEW.id, g.key, g.name::jsonb, g.discount, g.verified, g.kinds::text[], g.position, v_by, v_by FROM (VALUES
    ('private', '{"nb": "Privatperson", "nn": "Privatperson", "en": "Private person"}', 0, false, '{}', 1),
    ('business', '{"nb": "Næringsliv", "nn": "Næringsliv", "en": "Business"}', 0, false, '{company}', 2),
    ('sports_club', '{"nb": "Idrettslag", "nn": "Idrettslag", "en": "Sports club"}', 3000, true, '{association}', 3),
    ('youth_organization', '{"nb": "Ungdomsorganisasjon", "nn": "Ungdomsorganisasjon", "en": "Youth organization"}', 5000, true, '{association}', 4),
    ('school', '{"nb": "Skole", "nn": "Skule", "en": "School"}', 10000, true, '{unit,public_body}', 5),
    ('municipality', '{"nb": "Kommunen", "nn": "Kommunen", "en": "The municipality"}', 10000, true, '{unit,public_body}', 6)
  ) g (key, name, discount, verified, kinds, position)
  ON CONFLICT (tenant_id, key) DO NOTHING;
  RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION digilist.create_tenant_defaults FROM PUBLIC;
CREATE TRIGGER tenant_defaults AFTER INSERT ON digilist.platform_tenants
  FOR EACH ROW EXECUTE FUNCTION digilist.create_tenant_defaults();
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TRIGGER tenant_defaults ON digilist.platform_tenants; DROP FUNCTION digilist.create_tenant_defaults',
    );
  }
}
