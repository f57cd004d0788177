import {
  type Approval,
  approveBooking,
  type Booking,
  cancelBooking,
  createApprovalWorkflow,
  createBooking,
  getApproval,
  getBooking,
  getBookingHistory,
  listApprovals,
  listApprovalWorkflows,
  rejectBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, settle, type Town } from '../../platform/testing/platform-stand-in.js';
import { day } from '../../testing/booking-world.js';
import { DigilistWorld, type Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall, type HallOptions } from '../../testing/hall.js';
import { BookingsModule } from '../bookings/index.js';

let world: DigilistWorld;
let town: Town;
let resident: string;
let handler: string;
let colleague: string;

const ROLES = {
  resident: ['digilist.booking.create', 'digilist.booking.read', 'digilist.booking.cancel'],
  handler: ['digilist.booking.*', 'digilist.approval.*', 'digilist.approval-workflow.*'],
  reader: ['digilist.approval.read'],
};

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([BookingsModule]);
  town = await newTown();
  resident = await person('resident', 'user');
  handler = await person('handler', 'tenant');
  colleague = await person('handler', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const newTown = () =>
  foundTown(world.platform, {
    roles: ROLES,
    modules: ['digilist.booking', 'digilist.listings', 'digilist.approvals', 'digilist.notifications'],
    limits: { 'digilist.bookings': null },
  });

async function person(
  role: keyof typeof ROLES,
  scope: 'user' | 'org' | 'tenant',
  orgId?: string,
  of = town,
): Promise<string> {
  const { userId } = await settle(world.platform, of, { role, scope, ...(orgId && { orgId }) });
  await eventually(async () => {
    const grants = 'SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1';
    expect(await world.rows(grants, [userId])).toHaveLength(1);
    expect(await world.rows('SELECT 1 FROM digilist.platform_users WHERE id = $1', [userId])).toHaveLength(1);
  });
  return userId;
}

interface Applied {
  hall: Hall;
  booking: Booking;
  approval: Approval;
}

/** An application for a crowd, which the default workflow wants decided. */
async function apply({
  by = resident,
  of = town,
  n = 0,
  ...options
}: HallOptions & { by?: string; of?: Town; n?: number } = {}): Promise<Applied> {
  const hall = await buildHall(world, of, options);
  const request = {
    listingId: hall.listingId,
    startsAt: day(n, 10),
    endsAt: day(n, 12),
    termsVersion: '1',
    attendees: 150,
  };
  const booking = (await world.call(createBooking, of, by, request)).body as unknown as Booking;
  expect(booking.status).toBe('awaiting_approval');
  const [row] = await world.rows<{ id: string }>('SELECT id FROM digilist.booking_approvals WHERE booking_id = $1', [
    booking.id,
  ]);
  const approval = (await world.call(getApproval, of, of === town ? handler : by, { id: row?.id }))
    .body as unknown as Approval;
  return { hall, booking, approval: approval.id ? approval : ({ id: row?.id } as Approval) };
}

const approve = (id: string, by = handler, extra: Record<string, string> = {}) =>
  world.call(approveBooking, town, by, { id }, extra);
const reject = (id: string, by = handler, extra: Record<string, string> = {}) =>
  world.call(rejectBooking, town, by, { id, reasonCode: 'capacity', reason: 'For mange' }, extra);
const statusOf = async ({ booking }: Applied) =>
  ((await world.call(getBooking, town, handler, { id: booking.id })).body as unknown as Booking).status;
const events = async (booking: Booking) =>
  (
    await world.rows<{ fact: string }>(
      `SELECT split_part(subject, '.', 6) AS fact FROM digilist.outbox WHERE subject LIKE '%.booking.' || $1 || '.%' ORDER BY pos`,
      [booking.id],
    )
  ).map(({ fact }) => fact);

describe('an application whose time has come', () => {
  it('cannot be approved any more, only rejected', async () => {
    const applied = await apply();
    const started = `starts_at = now() - interval '1 minute', ends_at = now() + interval '1 hour'`;
    await world.rows(`UPDATE digilist.bookings SET ${started} WHERE id = $1`, [applied.booking.id]);
    await world.rows(
      `UPDATE digilist.allocations a SET during = tstzrange(b.starts_at, b.ends_at) FROM digilist.bookings b
       WHERE b.id = $1 AND a.booking_id = b.id`,
      [applied.booking.id],
    );
    const refused = await approve(applied.approval.id);
    expect(refused.code).toBe('BOOKING_STARTED');
    expect(await statusOf(applied)).toBe('awaiting_approval');
    expect((await reject(applied.approval.id)).ok).toBe(true);
  });

  it('is due no later than it begins', async () => {
    const soon = (hours: number) => new Date((Math.ceil(Date.now() / 3_600_000) + hours) * 3_600_000).toISOString();
    const hall = await buildHall(world, town);
    const request = {
      listingId: hall.listingId,
      startsAt: soon(1),
      endsAt: soon(2),
      termsVersion: '1',
      attendees: 150,
    };
    const { id, startsAt } = (await world.call(createBooking, town, resident, request)).body as unknown as Booking;
    const [row] = await world.rows<{ due_at: Date; priority: string }>(
      'SELECT due_at, priority FROM digilist.booking_approvals WHERE booking_id = $1',
      [id],
    );
    expect([row?.due_at.toISOString(), row?.priority]).toEqual([startsAt, 'high']);
  });
});

describe('an approval', () => {
  it('confirms the booking, and history, events and a notification say so', async () => {
    const applied = await apply();
    const reply = await world.call(approveBooking, town, handler, { id: applied.approval.id, reason: 'Velkommen' });
    expect(reply.body).toMatchObject({
      status: 'approved',
      decidedBy: handler,
      reasonCode: 'approved',
      reason: 'Velkommen',
      version: 2,
    });
    expect(await statusOf(applied)).toBe('confirmed');
    const { body } = await world.call(getBookingHistory, town, resident, { id: applied.booking.id });
    expect((body.data as object[]).at(-1)).toMatchObject({
      from: 'awaiting_approval',
      to: 'confirmed',
      actorId: handler,
      reason: 'Velkommen',
    });
    expect(await events(applied.booking)).toEqual(['requested', 'approved']);
    const told = 'SELECT event FROM digilist.notifications WHERE booking_id = $1 AND user_id = $2 ORDER BY id';
    expect(await world.rows(told, [applied.booking.id, resident])).toEqual([
      { event: 'booking.requested' },
      { event: 'booking.approved' },
    ]);
  });

  it('of what is still to be paid makes a hold that ends by itself, booking and calendar alike', async () => {
    const applied = await apply({ paymentPolicy: 'APPROVE_THEN_PAY' });
    expect((await approve(applied.approval.id)).ok).toBe(true);
    const booking = (await world.call(getBooking, town, resident, { id: applied.booking.id }))
      .body as unknown as Booking;
    expect(booking.status).toBe('awaiting_payment');
    expect(Date.parse(booking.holdExpiresAt as string)).toBeGreaterThan(Date.now());
  });
});

describe('a rejection', () => {
  it('needs a reason code and a text', async () => {
    const { approval } = await apply();
    for (const request of [
      {},
      { reasonCode: 'capacity' },
      { reason: 'Nei' },
      { reasonCode: 'because', reason: 'Nei' },
    ]) {
      expect((await world.call(rejectBooking, town, handler, { id: approval.id, ...request })).code).toBe(
        'VALIDATION_FAILED',
      );
    }
  });

  it('frees the time and tells the applicant why', async () => {
    const applied = await apply();
    expect((await reject(applied.approval.id)).body).toMatchObject({
      status: 'rejected',
      reasonCode: 'capacity',
      reason: 'For mange',
    });
    expect(await statusOf(applied)).toBe('rejected');
    expect(await events(applied.booking)).toEqual(['requested', 'rejected']);
    const again = { listingId: applied.hall.listingId, startsAt: day(0, 10), endsAt: day(0, 12), termsVersion: '1' };
    expect((await world.call(createBooking, town, resident, again)).ok).toBe(true);
    const [told] = await world.rows<{ body: string }>(
      `SELECT body FROM digilist.notifications WHERE booking_id = $1 AND event = 'booking.rejected'`,
      [applied.booking.id],
    );
    expect(told?.body).toContain('For mange');
  });
});

describe('two handlers at once', () => {
  it('one wins; the other, who has read the same version, is told so', async () => {
    for (let round = 0; round < 5; round++) {
      const { approval, booking } = await apply({ n: round });
      const read = { 'if-match': `"${approval.version}"` };
      const replies = await Promise.all([approve(approval.id, handler, read), reject(approval.id, colleague, read)]);
      expect(replies.map(({ ok }) => ok).sort()).toEqual([false, true]);
      expect(replies.find(({ ok }) => !ok)?.code).toBe('STALE_VERSION');
      expect(await events(booking)).toHaveLength(2);
    }
  });

  it('the second is refused as too late when neither says what was read', async () => {
    const { approval } = await apply();
    const replies = await Promise.all([approve(approval.id), reject(approval.id, colleague)]);
    expect(replies.find(({ ok }) => !ok)?.code).toBe('INVALID_STATE');
  });

  it('a decision and a cancellation: one wins, and both agree afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      const applied = await apply({ n: round });
      const cancel = world.call(cancelBooking, town, resident, { id: applied.booking.id, reason: 'Ombestemt' });
      const replies = await Promise.all([approve(applied.approval.id), cancel]);
      // A confirmed booking may still be cancelled, so both may succeed, but only in that order.
      expect(replies.some(({ ok }) => ok)).toBe(true);
      expect(await statusOf(applied)).toBe(replies[1]?.ok ? 'cancelled' : 'confirmed');
    }
  });
});

describe('who may decide', () => {
  it('who holds the permission for the organization of the listing', async () => {
    const applied = await apply({ orgId: town.subOrgId });
    const beside = await person('handler', 'org', town.otherOrgId);
    const above = await person('handler', 'org', town.orgId);
    const reader = await person('reader', 'tenant');
    expect((await approve(applied.approval.id, resident)).code).toBe('FORBIDDEN');
    expect((await approve(applied.approval.id, reader)).code).toBe('FORBIDDEN');
    expect((await approve(applied.approval.id, beside)).code).toBe('NOT_FOUND');
    expect((await world.call(getApproval, town, beside, { id: applied.approval.id })).code).toBe('NOT_FOUND');
    expect((await approve(applied.approval.id, above)).ok).toBe(true);
  });

  it('nobody their own application', async () => {
    const { approval } = await apply({ by: handler });
    expect((await approve(approval.id)).code).toBe('DECISION_BY_APPLICANT');
    expect((await approve(approval.id, colleague)).ok).toBe(true);
  });

  it('an administrator only, where the workflow says so', async () => {
    const applied = await apply({ type: 'EVENT' });
    expect(applied.approval.level).toBe('administrator');
    const manager = await person('handler', 'org', town.orgId);
    expect((await approve(applied.approval.id, manager)).code).toBe('DECISION_NEEDS_ADMINISTRATOR');
    expect((await approve(applied.approval.id)).ok).toBe(true);
  });

  it('nobody in another tenant, where it looks like one that does not exist', async () => {
    const { approval } = await apply();
    const other = await newTown();
    const theirs = await person('handler', 'tenant', undefined, other);
    const foreign = await world.call(approveBooking, other, theirs, { id: approval.id });
    const random = await world.call(approveBooking, other, theirs, { id: uuidv7() });
    expect(foreign.code).toBe('NOT_FOUND');
    expect(foreign.body).toEqual(random.body);
  });
});

describe('what is decided already', () => {
  it('is not decided again', async () => {
    const { approval } = await apply();
    await approve(approval.id);
    expect((await approve(approval.id)).code).toBe('INVALID_STATE');
    expect((await reject(approval.id)).code).toBe('INVALID_STATE');
  });

  it('nor what the applicant has taken back', async () => {
    const { approval, booking } = await apply();
    await world.call(cancelBooking, town, resident, { id: booking.id, reason: 'Ombestemt' });
    expect((await approve(approval.id)).code).toBe('INVALID_STATE');
  });
});

describe('the queue', () => {
  it('shows what is urgent first, by filter, page after page, to who may see it', async () => {
    const here = await newTown();
    const applicant = await person('resident', 'user', undefined, here);
    const clerk = await person('handler', 'org', here.orgId, here);
    const beside = await person('handler', 'org', here.otherOrgId, here);
    const applied: Applied[] = [];
    for (const n of [60, -5, 20]) applied.push(await apply({ by: applicant, of: here, n }));
    const list = async (by: string, query: object = {}) =>
      (await world.call(listApprovals, here, by, query)).body as unknown as {
        data: Approval[];
        nextCursor: string | null;
      };
    const ids = (queue: { data: Approval[] }) => queue.data.map(({ booking }) => booking.id);
    const wanted = [1, 2, 0].map((at) => applied[at]?.booking.id);
    const whole = await list(clerk);
    expect(ids(whole)).toEqual(wanted);
    expect(whole.data.map(({ priority, overdue }) => [priority, overdue])).toEqual([
      ['high', false],
      ['normal', false],
      ['low', false],
    ]);
    expect(ids(await list(beside))).toEqual([]);
    expect(ids(await list(clerk, { listingId: applied[2]?.hall.listingId }))).toEqual([applied[2]?.booking.id]);
    expect(ids(await list(clerk, { overdue: true }))).toEqual([]);
    expect(ids(await list(clerk, { status: 'approved' }))).toEqual([]);
    expect(ids(await list(clerk, { assignedTo: uuidv7() }))).toEqual([]);
    const first = await list(clerk, { limit: 2 });
    const second = await list(clerk, { limit: 2, cursor: first.nextCursor });
    expect([...ids(first), ...ids(second)]).toEqual(wanted);
    await world.rows(`UPDATE digilist.booking_approvals SET due_at = now() - interval '1 day' WHERE booking_id = $1`, [
      applied[0]?.booking.id,
    ]);
    expect(ids(await list(clerk, { overdue: true }))).toEqual([applied[0]?.booking.id]);
    expect((await world.call(listApprovals, here, clerk, { cursor: 'nonsense' })).code).toBe('VALIDATION_FAILED');
    expect((await world.call(listApprovals, here, applicant, {})).code).toBe('FORBIDDEN');
  });
});

describe('a workflow', () => {
  const name = { nb: 'Alltid' };
  const always = [{ key: 'always', when: { kind: 'always' }, level: 'manager', workingDays: 1 }];
  const create = (request: object, by = handler): Promise<Reply> =>
    world.call(createApprovalWorkflow, town, by, request);

  it('of an organization holds for it and those below, one of the listing before that, and the default elsewhere', async () => {
    const never = [
      { key: 'huge', when: { kind: 'attendees_above', attendees: 90_000 }, level: 'manager', workingDays: 1 },
    ];
    expect((await create({ orgId: town.orgId, name, steps: always })).body).toMatchObject({
      orgId: town.orgId,
      listingId: null,
      version: 1,
    });
    const [below, own, elsewhere] = [
      await buildHall(world, town, { orgId: town.subOrgId }),
      await buildHall(world, town, { orgId: town.subOrgId }),
      await buildHall(world, town, { orgId: town.otherOrgId }),
    ];
    await create({ orgId: town.subOrgId, listingId: own.listingId, name, steps: never });
    const statusIn = async ({ listingId }: Hall) => {
      const request = { listingId, startsAt: day(0, 10), endsAt: day(0, 12), termsVersion: '1', attendees: 10 };
      return ((await world.call(createBooking, town, resident, request)).body as unknown as Booking).status;
    };
    expect(await statusIn(below)).toBe('awaiting_approval');
    expect(await statusIn(own)).toBe('confirmed');
    expect(await statusIn(elsewhere)).toBe('confirmed');
    const { data } = (await world.call(listApprovalWorkflows, town, handler)).body as { data: { id: string | null }[] };
    expect(data).toHaveLength(3);
    expect(data.at(-1)?.id).toBeNull();
  });

  it.each([
    ['a condition without its limit', [{ ...always[0], when: { kind: 'amount_above' } }], 'WORKFLOW_INVALID'],
    ['two steps of one key', [always[0], always[0]], 'WORKFLOW_INVALID'],
    ['no step', [], 'VALIDATION_FAILED'],
    ['a condition nobody knows', [{ ...always[0], when: { kind: 'full-moon' } }], 'VALIDATION_FAILED'],
  ])('with %s is refused', async (_what, steps, code) => {
    expect((await create({ orgId: town.otherOrgId, name, steps })).code).toBe(code);
  });

  it('is written only by who may for the organization', async () => {
    const beside = await person('handler', 'org', town.otherOrgId);
    expect((await create({ orgId: town.orgId, name, steps: always }, beside)).code).toBe('FORBIDDEN');
    expect((await create({ orgId: uuidv7(), name, steps: always })).code).toBe('ORGANIZATION_UNKNOWN');
    expect((await create({ orgId: town.orgId, listingId: uuidv7(), name, steps: always })).code).toBe('NOT_FOUND');
  });
});
