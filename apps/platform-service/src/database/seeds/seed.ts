import { type StateMessage, type StateType, SYSTEM_TENANT_ID, subjects } from '@kit/contracts';
import { statement } from '@kit/service';
import { normalizeEmail, type RoleState, roleState, tenantState, userRoleState, userState } from '@platform/contracts';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { MigrationConfig } from '../../config.js';
import { hashPassword } from '../../features/identity/domain/password-hash.js';
import { masterKeyOf } from '../../sealing.js';
import { PLATFORM_PERMISSIONS } from './permissions.js';
import { SUPER_ADMINISTRATOR, SYSTEM_ROLE_TEMPLATES } from './role-templates.js';
import { newSigningKey } from './signing-key.js';

const ENTER_SYSTEM_TENANT = statement('seed-enter-system-tenant', "SELECT set_config('app.tenant_id', $1, true)");

// One seeder at a time: two launchers may migrate the same database.
const LOCK = statement('seed-lock', "SELECT pg_advisory_xact_lock(hashtext('platform.seed'))");

const PERMISSION = statement(
  'seed-permission',
  `INSERT INTO platform.permissions AS p (key, product, description) VALUES ($1, NULL, $2)
   ON CONFLICT (key) DO UPDATE SET description = excluded.description, updated_at = now(), version = p.version + 1
   WHERE p.description IS DISTINCT FROM excluded.description`,
);

// What products have added to a template of ours stays.
const ROLE_TEMPLATE = statement(
  'seed-role-template',
  `WITH wanted AS (
     SELECT ARRAY(SELECT unnest($4::text[])
                  UNION
                  SELECT kept FROM platform.role_templates, unnest(permissions) AS kept
                  WHERE key = $1 AND kept <> '*' AND kept NOT LIKE 'platform.%'
                  ORDER BY 1) AS permissions
   )
   INSERT INTO platform.role_templates AS t (key, product, name, scope, permissions)
   SELECT $1, NULL, $2, $3, permissions FROM wanted
   ON CONFLICT (key) DO UPDATE SET name = excluded.name, scope = excluded.scope, permissions = excluded.permissions,
     updated_at = now(), version = t.version + 1
   WHERE (t.name, t.scope, t.permissions) IS DISTINCT FROM (excluded.name, excluded.scope, excluded.permissions)`,
);

const HAS_SIGNING_KEY = statement(
  'seed-has-signing-key',
  "SELECT 1 FROM platform.signing_keys WHERE status = 'active'",
);

const SIGNING_KEY = statement(
  'seed-signing-key',
  `INSERT INTO platform.signing_keys (id, kid, algorithm, public_jwk, private_key_sealed, status)
   VALUES ($1, $2, 'ES256', $3, $4, 'active')`,
);

const SYSTEM_TENANT = statement(
  'seed-system-tenant',
  `INSERT INTO platform.tenants (id, slug, name, region, service_user_id, created_by, updated_by)
   VALUES ($1, 'system', 'System', 'global', $2, $2, $2) ON CONFLICT DO NOTHING RETURNING id`,
);

const USER = statement(
  'seed-user',
  `INSERT INTO platform.users (tenant_id, id, kind, email, name, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $6)`,
);

const CREDENTIAL = statement(
  'seed-credential',
  `INSERT INTO platform.credentials (tenant_id, user_id, kind, secret_hash, created_by, updated_by)
   VALUES ($1, $2, 'password', $3, $4, $4)`,
);

const FIND_USER = statement('seed-find-user', 'SELECT id FROM platform.users WHERE tenant_id = $1 AND email = $2');

const SERVICE_USER = statement(
  'seed-service-user',
  'SELECT service_user_id AS id FROM platform.tenants WHERE tenant_id = $1',
);

const ROLE = statement(
  'seed-super-administrator',
  `INSERT INTO platform.roles (tenant_id, id, key, name, scope, permissions, template_key, created_by, updated_by)
   SELECT $1, $2, key, name, scope, permissions, key, $4, $4 FROM platform.role_templates WHERE key = $3
   ON CONFLICT (tenant_id, key) DO NOTHING`,
);

const FIND_ROLE = statement(
  'seed-find-role',
  'SELECT id, key, name, permissions, status, version FROM platform.roles WHERE tenant_id = $1 AND key = $2',
);

const GRANT = statement(
  'seed-grant',
  `INSERT INTO platform.user_roles (tenant_id, id, user_id, role_id, scope, granted_by, created_by, updated_by)
   VALUES ($1, $2, $3, $4, 'saas', $5, $5, $5)`,
);

const OUTBOX = statement(
  'seed-outbox',
  'INSERT INTO platform.outbox (tenant_id, id, subject, payload) VALUES ($1, $2, $3, $4)',
);

type Run = (statement: { name: string; text: string }, values?: unknown[]) => Promise<Record<string, unknown>[]>;

/**
 * What every installation needs before the first request: permissions and role templates of PLATFORM, a signing key,
 * the system tenant and its super administrator. Run after each migration; a second run changes nothing, and the
 * password of a super administrator who is there already stays theirs.
 */
export async function seed(config: MigrationConfig): Promise<void> {
  const client = new pg.Client({ connectionString: config.migratorUrl.reveal() });
  await client.connect();
  const run: Run = async ({ name, text }, values = []) => (await client.query({ name, text, values })).rows;
  try {
    await client.query('BEGIN');
    await run(LOCK);
    await run(ENTER_SYSTEM_TENANT, [SYSTEM_TENANT_ID]);
    await seedGlobals(run, masterKeyOf(config));
    await seedSystemTenant(run);
    await seedSuperAdministrator(run, config);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function seedGlobals(run: Run, masterKey: Buffer): Promise<void> {
  for (const [key, description] of Object.entries(PLATFORM_PERMISSIONS)) await run(PERMISSION, [key, description]);
  for (const { key, name, scope, permissions } of SYSTEM_ROLE_TEMPLATES) {
    await run(ROLE_TEMPLATE, [key, name, scope, permissions]);
  }
  if ((await run(HAS_SIGNING_KEY)).length > 0) return;
  const { id, kid, publicJwk, privateKeySealed } = newSigningKey(masterKey);
  await run(SIGNING_KEY, [id, kid, publicJwk, privateKeySealed]);
}

async function seedSystemTenant(run: Run): Promise<void> {
  const serviceUserId = uuidv7();
  const [created] = await run(SYSTEM_TENANT, [SYSTEM_TENANT_ID, serviceUserId]);
  if (!created) return;
  const email = 'service@system.invalid';
  await run(USER, [SYSTEM_TENANT_ID, serviceUserId, 'service', email, 'System', serviceUserId]);
  await publish(run, tenantState, SYSTEM_TENANT_ID, {
    slug: 'system',
    name: 'System',
    status: 'active',
    region: 'global',
    locale: 'nb',
    timezone: 'Europe/Oslo',
    serviceUserId,
  });
  await publishUser(run, serviceUserId, { email, name: 'System', kind: 'service' });
}

async function seedSuperAdministrator(run: Run, config: MigrationConfig): Promise<void> {
  const email = normalizeEmail(config.superAdminEmail);
  const [known] = await run(FIND_USER, [SYSTEM_TENANT_ID, email]);
  if (known) return;
  const [service] = await run(SERVICE_USER, [SYSTEM_TENANT_ID]);
  const by = service?.id;
  const userId = uuidv7();
  const name = 'Super Administrator';
  await run(USER, [SYSTEM_TENANT_ID, userId, 'person', email, name, by]);
  await run(CREDENTIAL, [SYSTEM_TENANT_ID, userId, await hashPassword(config.superAdminPassword.reveal()), by]);
  await publishUser(run, userId, { email, name, kind: 'person' });

  await run(ROLE, [SYSTEM_TENANT_ID, uuidv7(), SUPER_ADMINISTRATOR, by]);
  const [role] = await run(FIND_ROLE, [SYSTEM_TENANT_ID, SUPER_ADMINISTRATOR]);
  const { id: roleId, ...rest } = role as unknown as Omit<RoleState, 'tenantId'>;
  await publish(run, roleState, roleId, { tenantId: SYSTEM_TENANT_ID, ...rest });
  const grantId = uuidv7();
  await run(GRANT, [SYSTEM_TENANT_ID, grantId, userId, roleId, by]);
  await publish(run, userRoleState, grantId, {
    tenantId: SYSTEM_TENANT_ID,
    userId,
    roleId,
    scope: 'saas',
    orgId: null,
    notBefore: null,
    expiresAt: null,
    status: 'active',
  });
}

const publishUser = (
  run: Run,
  id: string,
  user: { email: string; name: string; kind: 'person' | 'service' },
): Promise<void> =>
  publish(run, userState, id, { tenantId: SYSTEM_TENANT_ID, ...user, status: 'active', locale: null, birthDate: null });

async function publish<Data extends { id: string; version: number }>(
  run: Run,
  type: StateType<Data>,
  id: string,
  data: Omit<Data, 'id' | 'version'> & { version?: number },
): Promise<void> {
  const version = data.version ?? 1;
  const message: StateMessage = {
    id,
    tenantId: SYSTEM_TENANT_ID,
    version,
    deleted: false,
    time: new Date().toISOString(),
    data: { ...data, id, version },
  };
  await run(OUTBOX, [SYSTEM_TENANT_ID, uuidv7(), subjects.state(type, SYSTEM_TENANT_ID, id), JSON.stringify(message)]);
}
