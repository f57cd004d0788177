import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type StateMessage, subjects } from '@kit/contracts';
import { createDataSource, jobOrigin, UnitOfWork } from '@kit/service';
import { eventually, seekDurable, stopPostgres } from '@kit/testing';
import { organizationState, platformStates, tenantState, userState } from '@platform/contracts';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { foundTown, settle, stateMessage, type Town } from '../testing/platform-stand-in.js';
import { COPIES } from './copies.js';
import { forgetProjections } from './forget.js';
import { project } from './projections.consumer.js';

let world: DigilistWorld;
let work: UnitOfWork;
let town: Town;

beforeAll(async () => {
  world = await DigilistWorld.open();
  const service = await world.start();
  work = service.app.get(UnitOfWork);
  town = await foundTown(world.platform, { roles: { reader: ['digilist.*.read'] } });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

/** Everything in the reference copies but when it was written. */
async function contents(tenantId: string, of = world): Promise<Record<string, unknown[]>> {
  const tables = [...COPIES.values()].map(({ table }) => table);
  const entries = await Promise.all(
    tables.map(async (table) => {
      const rows = await of.rows<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(copy) - 'projected_at' AS row FROM digilist.${table} copy WHERE tenant_id = $1 ORDER BY id`,
        [tenantId],
      );
      return [table, rows.map(({ row }) => row)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

describe('the reference copies', () => {
  it('are of states that PLATFORM publishes', () => {
    expect(platformStates.map((state) => state.aggregate)).toEqual(expect.arrayContaining([...COPIES.keys()]));
  });

  it('hold what was published, within five seconds', async () => {
    const { userId, grantId } = await settle(
      world.platform,
      town,
      { role: 'reader', scope: 'org', orgId: town.orgId },
      { locale: 'nn', email: 'ola@example.no' },
    );
    await eventually(
      async () => {
        const rows = await contents(town.tenantId);
        expect(rows.platform_user_roles).toContainEqual(
          expect.objectContaining({ id: grantId, org_id: town.orgId, status: 'active', version: 1 }),
        );
        expect(rows.platform_users).toContainEqual(
          expect.objectContaining({ id: userId, email: 'ola@example.no', locale: 'nn' }),
        );
      },
      { within: 5_000 },
    );
    const rows = await contents(town.tenantId);
    expect(rows.platform_tenants).toMatchObject([{ slug: town.slug, timezone: 'Europe/Oslo' }]);
    expect(rows.platform_organizations).toContainEqual(
      expect.objectContaining({ id: town.subOrgId, ancestor_ids: [town.orgId] }),
    );
    expect(rows.platform_entitlements?.[0]).toMatchObject({ limits: {}, source: 'subscription' });
  });

  it('are the same however often and in whatever order the states arrive, and nothing deleted comes back', async () => {
    const histories = fc.array(fc.record({ versions: fc.integer({ min: 1, max: 5 }), deleted: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(histories, fc.infiniteStream(fc.nat()), async (aggregates, choices) => {
        const tenantId = uuidv7();
        const messages = aggregates.flatMap(({ versions, deleted }) => {
          const id = uuidv7();
          return Array.from({ length: versions }, (_, at) => {
            const version = at + 1;
            const gone = deleted && version === versions;
            const data = {
              email: `v${version}@example.no`,
              name: `v${version}`,
              kind: 'person',
              status: 'active',
              locale: null,
            };
            return stateMessage(tenantId, id, version, gone ? null : data);
          });
        });
        const pick = (count: number) => (choices.next().value as number) % count;
        const delivered = [...messages, ...messages].sort(() => pick(3) - 1);
        for (const message of delivered) await deliver([message]);
        const { platform_users: users } = await contents(tenantId);
        const last = aggregates.map(({ versions, deleted }) => ({
          version: versions,
          deleted,
          email: deleted ? '' : `v${versions}@example.no`,
        }));
        expect(users).toMatchObject(last);
      }),
      { numRuns: 40 },
    );
  });

  it('keep the row of what was deleted, without the person in it', async () => {
    const { userId } = await settle(world.platform, town, null, { email: 'gone@example.no', name: 'Gone' });
    await world.platform.publish(userState, stateMessage(town.tenantId, userId, 2, null));
    await eventually(async () => {
      const [row] = await world.rows('SELECT email, name, status, deleted FROM digilist.platform_users WHERE id = $1', [
        userId,
      ]);
      expect(row).toEqual({ email: '', name: '', status: 'deleted', deleted: true });
    });
  });

  it('are rebuilt from the stream alone, whatever is older in it', async () => {
    const rebuilt = await DigilistWorld.open();
    try {
      await rebuilt.start();
      // The stream keeps one message per aggregate; an order other than that of publishing is the harder case.
      for (const [key, message] of [...world.platform.states].reverse()) {
        const type = platformStates.find((state) => key.startsWith(`${state.aggregate} `));
        if (message.tenantId === town.tenantId) await rebuilt.platform.publish(type, message);
      }
      await eventually(async () =>
        expect(await contents(town.tenantId, rebuilt)).toEqual(await contents(town.tenantId)),
      );
    } finally {
      await rebuilt.close();
    }
  });

  it('are repaired in place when they are forgotten and the durable is made anew', async () => {
    await eventually(async () => expect((await contents(town.tenantId)).platform_entitlements).toHaveLength(3));
    const before = await contents(town.tenantId);
    await world.rows("UPDATE digilist.platform_users SET name = 'wrong', status = 'active' WHERE tenant_id = $1", [
      town.tenantId,
    ]);
    await world.rows("UPDATE digilist.platform_roles SET permissions = '{*}' WHERE tenant_id = $1", [town.tenantId]);
    expect(await contents(town.tenantId)).not.toEqual(before);
    const system = await createDataSource({
      context: 'digilist',
      url: world.database.urls.system,
      poolSize: 1,
    }).initialize();
    await system.transaction((transaction) => forgetProjections(transaction));
    await system.destroy();
    await seekDurable(world.nats.url, world.nats.credentials, 'PLATFORM_STATE', 'digilist_projections', 'all');
    await eventually(async () => expect(await contents(town.tenantId)).toEqual(before), { within: 10_000 });
  });

  it('let states of a kind they do not copy pass by', async () => {
    const id = uuidv7();
    await deliver([stateMessage(town.tenantId, id, 1, { colour: 'red' })], 'gadget');
    const sent = stateMessage(town.tenantId, id, 1, {
      name: 'After',
      kind: 'team',
      parentId: null,
      ancestorIds: [],
      status: 'active',
      organizationNumber: null,
    });
    await world.platform.publish(organizationState, sent);
    await eventually(async () => {
      expect(await world.rows('SELECT 1 FROM digilist.platform_organizations WHERE id = $1', [id])).toHaveLength(1);
    });
  });

  it('are out of reach of other tenants', async () => {
    const other = await foundTown(world.platform);
    await eventually(async () => expect((await contents(other.tenantId)).platform_tenants).toHaveLength(1));
    const message = stateMessage(town.tenantId, uuidv7(), 1, null);
    const smuggled = work.runAs(jobOrigin(other.tenantId, 'test'), (tx) => project(tx, [envelope('user', message)]));
    await expect(smuggled).rejects.toThrow(/row-level security/);
  });
});

const envelope = (aggregate: string, payload: StateMessage) => ({
  subject: subjects.state({ ...tenantState, aggregate }, payload.tenantId, payload.id),
  payload,
});

const deliver = (messages: StateMessage[], aggregate = 'user') =>
  work.runAs(jobOrigin(messages[0]?.tenantId as string, 'test'), (tx) =>
    project(
      tx,
      messages.map((each) => envelope(aggregate, each)),
    ),
  );
