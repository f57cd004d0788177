import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AUTH_REQUIRED, LIMIT_EXCEEDED, Nothing, operationsOf, permission, Text } from '@kit/contracts';
import { Handles, type RequestContext, type RunningService, statement } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { Controller, Module } from '@nestjs/common';
import { entitlementState, returnLease } from '@platform/contracts';
import { DigilistWorld, type Reply } from '../testing/digilist-world.js';
import { foundTown, settle, stateMessage, type Town } from './testing/platform-stand-in.js';
import { Usage } from './usage.js';
import { UsageReturns } from './usage-returns.job.js';

class Taken {
  @Text()
  status: string;
}
const take = operationsOf('digilist')({
  id: 'takeOne',
  subject: 'unit.take.v1',
  summary: 'Consume one of the limit, and note it in the audit log',
  request: Nothing,
  response: Taken,
  access: permission('digilist.booking.create'),
  module: 'digilist.booking',
  errors: [LIMIT_EXCEEDED, AUTH_REQUIRED],
  idempotent: true,
});
const SLOW = statement('test-slow', 'SELECT pg_sleep(0.005)');

const list = operationsOf('digilist')({
  id: 'listOne',
  subject: 'unit.list.v1',
  summary: 'Consume one of the limit of a module that goes on while PLATFORM is away',
  request: Nothing,
  response: Taken,
  access: permission('digilist.booking.create'),
  module: 'digilist.listings',
  errors: [LIMIT_EXCEEDED, AUTH_REQUIRED],
});

@Controller()
class TakeController {
  constructor(private readonly usage: Usage) {}

  @Handles(take)
  take(ctx: RequestContext): Promise<Taken> {
    return this.usage.run(ctx, async (tx) => {
      await this.usage.consume(tx, 'digilist.bookings');
      await tx.query(SLOW);
      tx.audit({ action: 'digilist.unit.take', entity: { type: 'unit', id: null } });
      return { status: 'taken' };
    });
  }

  @Handles(list)
  list(ctx: RequestContext): Promise<Taken> {
    return this.usage.run(ctx, async (tx) => {
      await this.usage.consume(tx, 'digilist.listings');
      tx.audit({ action: 'digilist.unit.list', entity: { type: 'unit', id: null } });
      return { status: 'taken' };
    });
  }
}

@Module({ controllers: [TakeController] })
class TakeModule {}

let world: DigilistWorld;
let service: RunningService;

beforeAll(async () => {
  world = await DigilistWorld.open();
  service = await world.start([TakeModule]);
  // A second process on the same database, as in production.
  await world.start([TakeModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const PERIOD = { period: '2026-11', resetsAt: '2999-01-01T00:00:00Z' };

/** PLATFORM's side of the agreement: never above the limit, and the same block for the same key. */
function platformGrants(limit: number) {
  const blocks = new Map<string, number>();
  let left = limit;
  world.platform.leases(({ meter, amount }, { idempotencyKey }) => {
    const granted = blocks.get(idempotencyKey) ?? Math.min(amount, left);
    if (granted === 0)
      return {
        code: LIMIT_EXCEEDED.code,
        kind: LIMIT_EXCEEDED.kind,
        title: LIMIT_EXCEEDED.text,
        details: { meter, limit },
      };
    if (!blocks.has(idempotencyKey)) left -= granted;
    blocks.set(idempotencyKey, granted);
    return { meter, ...PERIOD, unlimited: false, granted, limit, used: limit - left };
  });
  return {
    raise: (by: number) => {
      left += by;
    },
  };
}
afterEach(() => {
  platformGrants(0);
});

async function limitedTown(limit: number | null): Promise<{ town: Town; userId: string }> {
  const town = await foundTown(world.platform, {
    modules: ['digilist.booking'],
    limits: { 'digilist.bookings': limit },
    roles: { booker: ['digilist.booking.create'] },
  });
  const { userId } = await settle(world.platform, town, { role: 'booker', scope: 'user' });
  await eventually(async () => {
    const rows = await world.rows('SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1', [userId]);
    expect(rows).toHaveLength(1);
  });
  return { town, userId };
}

const leaseOf = async (town: Town) => {
  const rows = await world.rows<{ granted: string; used: string }>(
    'SELECT granted, used FROM digilist.usage_leases WHERE tenant_id = $1',
    [town.tenantId],
  );
  return rows.map(({ granted, used }) => [Number(granted), Number(used)]);
};
const effects = async (town: Town) =>
  (
    await world.rows('SELECT 1 FROM digilist.outbox WHERE tenant_id = $1 AND subject LIKE $2', [
      town.tenantId,
      'digilist.audit.%',
    ])
  ).length;
const counted = (replies: Reply[]) => {
  const codes: Record<string, number> = {};
  for (const { code = 'OK' } of replies) codes[code] = (codes[code] ?? 0) + 1;
  return codes;
};

describe('a limited meter', () => {
  it('lets exactly ten of a hundred parallel uses through when ten is the limit', async () => {
    platformGrants(10);
    const { town, userId } = await limitedTown(10);
    const replies = await Promise.all(Array.from({ length: 100 }, () => world.call(take, town, userId)));
    expect(counted(replies)).toEqual({ OK: 10, LIMIT_EXCEEDED: 90 });
    expect(await leaseOf(town)).toEqual([[10, 10]]);
    expect(await effects(town)).toBe(10);
  });

  it('fetches block after block under load, and loses none', async () => {
    platformGrants(170);
    const { town, userId } = await limitedTown(170);
    const replies = await Promise.all(Array.from({ length: 180 }, () => world.call(take, town, userId)));
    expect(counted(replies)).toEqual({ OK: 170, LIMIT_EXCEEDED: 10 });
    expect(await leaseOf(town)).toEqual([[170, 170]]);
  });

  it('counts a repeated request once', async () => {
    platformGrants(10);
    const { town, userId } = await limitedTown(10);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => world.call(take, town, userId, {}, { 'idempotency-key': 'k1' })),
    );
    expect(counted(replies)).toEqual({ OK: 20 });
    expect((await leaseOf(town)).map(([, used]) => used)).toEqual([1]);
  });

  it('goes on when the limit is raised', async () => {
    const grants = platformGrants(1);
    const { town, userId } = await limitedTown(1);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect((await world.call(take, town, userId)).code).toBe('LIMIT_EXCEEDED');
    grants.raise(5);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toEqual([[2, 2]]);
  });

  it('gets the same block again when the answer was lost on the way', async () => {
    platformGrants(10);
    const { town, userId } = await limitedTown(10);
    await world.call(take, town, userId);
    // As if the process had died between PLATFORM's answer and the row.
    await world.rows('DELETE FROM digilist.usage_leases WHERE tenant_id = $1', [town.tenantId]);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toEqual([[1, 1]]);
  });

  it('takes small blocks of a small limit and larger ones of a large limit, so that PLATFORM’s count tells the truth', async () => {
    platformGrants(400);
    const { town, userId } = await limitedTown(400);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toEqual([[20, 1]]);
  });

  it('gives back what nobody spent, says it until it was heard, and spends none of it', async () => {
    platformGrants(400);
    const { town, userId } = await limitedTown(400);
    await world.call(take, town, userId);
    const returned: object[] = [];
    const job = service.app.get(UsageReturns);
    const later = new Date(Date.now() + 3_600_000);
    // Nobody hears it the first time.
    await job.turn(later);
    world.platform.answer(returnLease, (request: { tenantId: string }) => {
      if (request.tenantId === town.tenantId) returned.push(request);
      return { amount: 19, used: 1 };
    });
    await eventually(async () => {
      await job.turn(later);
      expect(returned).toHaveLength(1);
    });
    expect(returned).toMatchObject([{ meter: 'digilist.bookings', period: PERIOD.period, returned: 19 }]);
    await job.turn(later);
    expect(returned).toHaveLength(1);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toEqual([[40, 2]]);
  });

  it('starts anew with the next period', async () => {
    platformGrants(10);
    const { town, userId } = await limitedTown(10);
    await world.call(take, town, userId);
    await world.rows(
      "UPDATE digilist.usage_leases SET period = '2026-10', resets_at = now() - interval '1 second' WHERE tenant_id = $1",
      [town.tenantId],
    );
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toHaveLength(2);
  });
});

describe('an unlimited meter', () => {
  it('touches no row and asks nobody', async () => {
    const { town, userId } = await limitedTown(null);
    const before = world.platform.calls.length;
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toEqual([]);
    expect(world.platform.calls.slice(before).filter(({ subject }) => subject.includes('usage'))).toEqual([]);
  });

  it('is believed when PLATFORM says so before the entitlement has arrived', async () => {
    world.platform.leases(({ meter }) => ({ meter, ...PERIOD, unlimited: true, granted: 0, limit: null, used: 0 }));
    const { town, userId } = await limitedTown(5);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    expect(await leaseOf(town)).toEqual([]);
  });

  it('becomes limited as soon as the entitlement says so', async () => {
    platformGrants(1);
    const { town, userId } = await limitedTown(null);
    expect((await world.call(take, town, userId)).ok).toBe(true);
    const limited = {
      moduleKey: 'digilist.booking',
      status: 'active',
      validFrom: '2020-01-01T00:00:00Z',
      validUntil: null,
      source: 'subscription',
      limits: { 'digilist.bookings': 1 },
    };
    await world.platform.publish(
      entitlementState,
      stateMessage(town.tenantId, town.entitlements['digilist.booking'] as string, 2, limited),
    );
    await eventually(async () => {
      await world.call(take, town, userId);
      expect(await leaseOf(town)).toEqual([[1, 1]]);
    });
    expect((await world.call(take, town, userId)).code).toBe('LIMIT_EXCEEDED');
  });
});

describe('with PLATFORM away', () => {
  it('goes on with what is left of the block, then says unavailable, and never more than was granted', async () => {
    const away = await DigilistWorld.open();
    try {
      await away.start([TakeModule]);
      away.platform.leases(({ meter }) => ({ meter, ...PERIOD, unlimited: false, granted: 3, limit: 3, used: 3 }));
      const town = await foundTown(away.platform, {
        modules: ['digilist.booking'],
        limits: { 'digilist.bookings': 3 },
        roles: { booker: ['digilist.*.*'] },
      });
      const { userId } = await settle(away.platform, town, { role: 'booker', scope: 'user' });
      await eventually(async () => expect((await away.call(take, town, userId)).ok).toBe(true));
      await away.platform.leave();
      const replies: Reply[] = [];
      for (let turn = 0; turn < 4; turn++) replies.push(await away.call(take, town, userId));
      expect(replies.map(({ code = 'OK' }) => code)).toEqual([
        'OK',
        'OK',
        'SERVICE_UNAVAILABLE',
        'SERVICE_UNAVAILABLE',
      ]);
      expect(replies.at(-1)?.body.retryAfter).toBeGreaterThan(0);
    } finally {
      await away.close();
    }
  });

  it('goes on in a module whose policy is open, and pays back with the next block', async () => {
    const away = await DigilistWorld.open();
    try {
      await away.start([TakeModule]);
      const block = { period: 'total', resetsAt: null, unlimited: false, granted: 1, limit: 20, used: 1 };
      away.platform.leases(({ meter }) => ({ meter, ...block }));
      const town = await foundTown(away.platform, {
        modules: ['digilist.listings'],
        limits: { 'digilist.listings': 20 },
        roles: { booker: ['digilist.*.*'] },
      });
      const { userId } = await settle(away.platform, town, { role: 'booker', scope: 'user' });
      await eventually(async () => expect((await away.call(list, town, userId)).ok).toBe(true));
      const row = async () => {
        const [lease] = await away.rows<Record<string, string>>(
          'SELECT granted, used, overdrawn FROM digilist.usage_leases WHERE tenant_id = $1',
          [town.tenantId],
        );
        return [Number(lease?.granted), Number(lease?.used), Number(lease?.overdrawn)];
      };
      await away.platform.leave();
      for (let turn = 0; turn < 3; turn++) expect((await away.call(list, town, userId)).ok).toBe(true);
      expect(await row()).toEqual([1, 4, 3]);
      const asked: number[] = [];
      away.platform.leases(({ meter, amount }) => {
        asked.push(amount);
        return { meter, ...block, granted: amount, used: 1 + amount };
      });
      expect((await away.call(list, town, userId)).ok).toBe(true);
      expect(asked).toEqual([4]);
      expect(await row()).toEqual([5, 5, 0]);
    } finally {
      await away.close();
    }
  });
});
