import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { query } from '@kit/testing';
import { createOrganization, listMembers } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { LIST_MEMBERS } from './tenancy.sql.js';

/** `MEMBER_LIST=1000x1000` measures what the bar asks for; a small crowd is enough to see the plan. */
const [TENANTS = 10, MEMBERS = 500] = (process.env.MEMBER_LIST ?? '10x500').split('x').map(Number);
const ROUNDS = process.env.MEMBER_LIST ? 200 : 20;

let world: PlatformWorld;
let fjell: TestTenant;
let orgId: string;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  const caller = { token: fjell.token };
  orgId = (await world.done(createOrganization, { name: 'Big', kind: 'association' }, caller)).id;
  await fill([{ tenantId: fjell.id, orgId }]);
}, 60_000);
afterAll(() => world?.stop());

/** Rows as the service would have written them, without its asking and telling. */
async function fill(places: { tenantId: string; orgId: string }[]): Promise<void> {
  const values = [places.map(({ tenantId }) => tenantId), places.map((place) => place.orgId), MEMBERS];
  await query(
    world.database.urls.superuser,
    `WITH made AS (
       INSERT INTO platform.users (tenant_id, email, name, created_by, updated_by)
       SELECT t, 'm' || n || '@' || t || '.example', 'Member ' || n, t, t
       FROM unnest($1::uuid[]) AS t, generate_series(1, $3::int) AS n RETURNING tenant_id, id)
     INSERT INTO platform.memberships (tenant_id, user_id, org_id, created_by, updated_by)
     SELECT made.tenant_id, made.id, place.org, made.tenant_id, made.tenant_id
     FROM made JOIN unnest($1::uuid[], $2::uuid[]) AS place (t, org) ON place.t = made.tenant_id`,
    values,
  );
}

async function crowd(): Promise<void> {
  const places = Array.from({ length: TENANTS - 1 }, () => ({ tenantId: uuidv7(), orgId: uuidv7() }));
  const service = places.map(() => uuidv7());
  const ids = [places.map(({ tenantId }) => tenantId), places.map((place) => place.orgId), service];
  const url = world.database.urls.superuser;
  await query(
    url,
    `WITH tenants AS (
       INSERT INTO platform.tenants (id, slug, name, region, service_user_id, created_by, updated_by)
       SELECT t, 't' || n, 'T', 'no', s, s, s FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS x (t, s, n) RETURNING id)
     INSERT INTO platform.users (tenant_id, id, kind, email, name, created_by, updated_by)
     SELECT t, s, 'service', 'service@' || t || '.invalid', 'T', s, s FROM unnest($1::uuid[], $2::uuid[]) AS x (t, s)`,
    [ids[0], ids[2]],
  );
  await query(
    url,
    `INSERT INTO platform.organizations (tenant_id, id, kind, name, created_by, updated_by)
     SELECT t, o, 'association', 'O', t, t FROM unnest($1::uuid[], $2::uuid[]) AS x (t, o)`,
    [ids[0], ids[1]],
  );
  for (let at = 0; at < places.length; at += 50) await fill(places.slice(at, at + 50));
  await query(url, 'ANALYZE platform.users, platform.memberships, platform.organizations');
}

/** The 95th percentile of what a page of members takes, anywhere in the list. */
async function p95(): Promise<number> {
  const caller = { token: fjell.token };
  const cursors: (string | null)[] = [null];
  while (cursors.length < MEMBERS / 50) {
    const cursor = cursors.at(-1);
    const page = await world.done(listMembers, { id: orgId, ...(cursor && { cursor }) }, caller);
    if (page.nextCursor === null) break;
    cursors.push(page.nextCursor);
  }
  const times: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    const cursor = cursors[n % cursors.length];
    const from = performance.now();
    await world.done(listMembers, { id: orgId, ...(cursor && { cursor }) }, caller);
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS * 0.95)] as number;
}

test('the members of an organization are read by tenant and organization, however many other tenants there are', async () => {
  const alone = await p95();
  await crowd();
  const among = await p95();
  if (process.env.MEMBER_LIST)
    process.stdout.write(`member list p95: alone ${alone} ms, among ${TENANTS} ${among} ms\n`);
  const values = [`'${fjell.id}'::uuid`, `'${orgId}'::uuid`, 'NULL', '50', 'NULL', 'NULL'];
  const asked = LIST_MEMBERS.text.replace(/\$(\d)/g, (_, n) => values[Number(n) - 1] as string);
  const inTenant = new URL(world.database.urls.app);
  inTenant.searchParams.set('options', `-c app.tenant_id=${fjell.id}`);
  const plan = await query<{ 'QUERY PLAN': string }>(inTenant.href, `EXPLAIN ${asked}`);
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  expect(text).toMatch(/Index (Only )?Scan using (memberships_org|memberships_one_live)/);
  expect(text).not.toContain('Seq Scan');
}, 600_000);
