import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditRecord, Id, NOT_FOUND, operationsOf, permission, SYSTEM_TENANT_ID, Text } from '@kit/contracts';
import { Handles, type RequestContext, statement, UnitOfWork } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { Controller, Module } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DigilistWorld } from '../testing/digilist-world.js';
import { foundTown, settle, type Town } from './testing/platform-stand-in.js';

class ReadOne {
  @Id()
  id: string;
}
class One {
  @Text()
  status: string;
}
const readOne = operationsOf('digilist')({
  id: 'readOne',
  subject: 'thing.read.v1',
  summary: 'Read the status of a booking',
  request: ReadOne,
  response: One,
  access: permission('digilist.booking.read'),
  errors: [NOT_FOUND],
});
const READ = statement('test-read-booking', 'SELECT status FROM digilist.bookings WHERE tenant_id = $1 AND id = $2');

@Controller()
class ReadController {
  constructor(private readonly work: UnitOfWork) {}

  @Handles(readOne)
  read(ctx: RequestContext, { id }: ReadOne): Promise<One> {
    return this.work.run(ctx, (tx) => tx.one<One & Record<string, unknown>>(READ, [tx.tenantId, id]));
  }
}

@Module({ controllers: [ReadController] })
class ReadModule {}

let world: DigilistWorld;
let mine: Town;
let theirs: Town;
let userId: string;

beforeAll(async () => {
  world = await DigilistWorld.open();
  world.excuse(
    'a booking that holds its time has it, and any other has none',
    'the history of a booking ends in its status and has no gap',
  );
  await world.start([ReadModule]);
  mine = await foundTown(world.platform, { roles: { clerk: ['digilist.*.*'] } });
  theirs = await foundTown(world.platform);
  ({ userId } = await settle(world.platform, mine, { role: 'clerk', scope: 'tenant' }));
  await eventually(async () =>
    expect((await world.call(readOne, mine, userId, { id: uuidv7() })).code).toBe('NOT_FOUND'),
  );
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

async function bookingIn(town: Town): Promise<string> {
  const id = uuidv7();
  await world.rows(
    `WITH unchecked AS (SELECT set_config('session_replication_role', 'replica', true))
     INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at,
       timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
     SELECT $1, $2, $3, $3, $3, $3, 'confirmed', 'FREE', now(), now() + interval '1 hour', 'Europe/Oslo', 'private', 0, 0, 0, '[]', $3, $3
     FROM unchecked`,
    [town.tenantId, id, town.orgId],
  );
  return id;
}

const attempts = async (id: string): Promise<AuditRecord[]> => {
  const rows = await world.rows<{ payload: string }>(
    "SELECT payload FROM digilist.outbox WHERE subject LIKE 'digilist.audit.%' AND payload LIKE '%security.cross-tenant.attempt%' ORDER BY pos",
  );
  return rows.map(({ payload }) => JSON.parse(payload) as AuditRecord).filter(({ entity }) => entity.id === id);
};

describe('a row of another tenant', () => {
  it('is answered like one that does not exist, byte for byte', async () => {
    const foreign = await bookingIn(theirs);
    const [real, made] = [
      await world.call(readOne, mine, userId, { id: foreign }),
      await world.call(readOne, mine, userId, { id: uuidv7() }),
    ];
    expect(real).toEqual(made);
    expect(real.code).toBe('NOT_FOUND');
  });

  it('leaves an audit record where it belongs and in the system tenant, none where the caller could read it', async () => {
    const foreign = await bookingIn(theirs);
    await world.call(readOne, mine, userId, { id: foreign });
    await eventually(async () => expect(await attempts(foreign)).toHaveLength(2));
    const records = await attempts(foreign);
    expect(new Set(records.map(({ tenantId }) => tenantId))).toEqual(new Set([theirs.tenantId, SYSTEM_TENANT_ID]));
    expect(records[0]).toMatchObject({
      actor: { kind: 'user', id: userId },
      entity: { type: 'booking', id: foreign },
      outcome: 'refused',
      changes: { operation: 'readOne', callerTenantId: mine.tenantId, ownerTenantId: theirs.tenantId },
    });
  });

  it('is told apart from ids that nobody has, and from own rows', async () => {
    const [unknown, own, foreign] = [uuidv7(), await bookingIn(mine), await bookingIn(theirs)];
    expect((await world.call(readOne, mine, userId, { id: own })).ok).toBe(true);
    await world.call(readOne, mine, userId, { id: unknown });
    await world.call(readOne, mine, userId, { id: foreign });
    // They are looked into one after the other: when the last has its record, the others would have theirs.
    await eventually(async () => expect(await attempts(foreign)).toHaveLength(2));
    expect([await attempts(unknown), await attempts(own)]).toEqual([[], []]);
  });
});

describe('the lookup role', () => {
  it('may learn whose an id is, and nothing more', async () => {
    const as = (text: string) => world.rows(`SET ROLE digilist_lookup; ${text}`);
    await expect(as('SELECT status FROM digilist.bookings')).rejects.toThrow(/permission denied/);
    await expect(as('SELECT name FROM digilist.listings')).rejects.toThrow(/permission denied/);
  });
});
