import {
  type ApprovalEntry,
  approveBooking,
  assignApproval,
  claimApproval,
  createBlock,
  decideApprovals,
  listApprovals,
  markBookingNoShow,
  prioritizeApproval,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { type BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { BlocksModule } from '../blocks/index.js';
import { EscalationJob } from './escalation.job.js';
import { Applications, type Applied, always } from './testing/applications.js';

let town: Applications;
let world: BookingWorld;
let colleague: string;
let neighbour: string;

beforeAll(async () => {
  town = await Applications.open(BlocksModule);
  ({ world } = town);
  colleague = await town.handler();
  neighbour = await world.person('resident', 'user');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const assign = (id: string, userId: string | null, by = world.handler) =>
  world.call(assignApproval, { id, userId }, { by });
const queue = async (query: object = {}, by = world.handler) =>
  (await world.call(listApprovals, query, { by })).body as unknown as {
    data: ApprovalEntry[];
    nextCursor: string | null;
  };
const ids = async (query: object, by?: string) => (await queue(query, by)).data.map(({ id }) => id);
const overdue = (...applied: Applied[]) =>
  world.rows(`UPDATE digilist.booking_approvals SET due_at = now() - interval '1 minute' WHERE id = ANY ($1)`, [
    applied.map(({ id }) => id),
  ]);
const escalate = () => world.service.app.get(EscalationJob, { strict: false }).turn(new Date());

describe('the queue', () => {
  it('is filtered by every mark of a case', async () => {
    const { town: municipality } = world;
    const leader = await world.person('resident', 'user');
    await world.member(leader, municipality.clubId);
    const hall = await buildHall(world.digilist, municipality, { orgId: municipality.subOrgId });
    const one = await town.apply(hall);
    const two = await town.apply(hall, {
      by: leader,
      onBehalfOfOrgId: municipality.clubId,
      startsAt: day(40, 10),
      endsAt: day(40, 12),
    });
    await assign(one.id, colleague);
    const at = { listingId: hall.listingId };
    expect(await ids(at)).toEqual([one.id, two.id]);
    expect(await ids({ ...at, assignee: 'me' }, colleague)).toEqual([one.id]);
    expect(await ids({ ...at, assignee: 'nobody' })).toEqual([two.id]);
    expect(await ids({ ...at, assignedTo: colleague })).toEqual([one.id]);
    expect(await ids({ ...at, applicantId: leader })).toEqual([two.id]);
    expect(await ids({ ...at, onBehalfOfOrgId: municipality.clubId })).toEqual([two.id]);
    expect(await ids({ ...at, orgId: municipality.subOrgId })).toEqual([one.id, two.id]);
    expect(await ids({ ...at, orgId: municipality.orgId })).toEqual([]);
    expect(await ids({ ...at, level: 'administrator' })).toEqual([]);
    expect(await ids({ ...at, kind: 'appeal' })).toEqual([]);
    expect(await ids({ ...at, from: day(30) })).toEqual([two.id]);
    expect(await ids({ ...at, to: day(30) })).toEqual([one.id]);
    expect(await ids({ ...at, sort: 'submitted' })).toEqual([one.id, two.id]);
    const first = await queue({ ...at, sort: 'submitted', limit: 1 });
    expect(await ids({ ...at, sort: 'submitted', limit: 1, cursor: first.nextCursor })).toEqual([two.id]);
    await world.call(prioritizeApproval, { id: two.id, priority: 'high' }, town.asHandler());
    await world.call(prioritizeApproval, { id: one.id, priority: 'low' }, town.asHandler());
    expect(await ids(at)).toEqual([two.id, one.id]);
    expect(await ids({ ...at, priority: 'high' })).toEqual([two.id]);
  });

  it('shows what else wants the same place at the same time', async () => {
    const hall = await buildHall(world.digilist, world.town, { stock: 10 });
    const one = await town.apply(hall);
    const two = await town.apply(hall, { by: neighbour });
    const beside = await town.apply(hall, { startsAt: day(0, 12), endsAt: day(0, 14) });
    const manager = await world.person('manager', 'tenant');
    const block = {
      listingId: hall.listingId,
      startsAt: day(0, 9),
      endsAt: day(0, 11),
      reason: 'cleaning',
      quantity: 1,
    };
    expect((await world.call(createBlock, block, { by: manager })).code).toBeUndefined();
    const entries = (await queue({ listingId: hall.listingId })).data;
    const of = ({ id }: Applied) => entries.find((entry) => entry.id === id)?.overlapping;
    expect(of(one)).toMatchObject({
      count: 2,
      first: [
        { kind: 'BLOCK', status: null },
        { kind: 'BOOKING', id: two.booking.id, status: 'awaiting_approval' },
      ],
    });
    expect(of(beside)).toEqual({ count: 0, first: [] });
  });

  it('shows what the applicant did in the last twelve months, and no longer ago', async () => {
    const applicant = await world.person('resident', 'user');
    const [missed, refused, ancient] = [
      bodyOf(await world.book(await buildHall(world.digilist, world.town), { attendees: 5 }, { by: applicant })),
      await town.apply({}, { by: applicant }),
      await town.apply({}, { by: applicant }),
    ];
    await world.rows(
      `UPDATE digilist.bookings SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' WHERE id = $1`,
      [missed.id],
    );
    await world.rows(
      `UPDATE digilist.allocations a SET during = tstzrange(b.starts_at, b.ends_at) FROM digilist.bookings b
       WHERE b.id = $1 AND a.booking_id = b.id`,
      [missed.id],
    );
    expect((await world.call(markBookingNoShow, { id: missed.id }, town.asHandler())).ok).toBe(true);
    await town.reject(refused.id);
    await town.reject(ancient.id);
    await world.rows(`UPDATE digilist.bookings SET created_at = now() - interval '13 months' WHERE id = $1`, [
      ancient.booking.id,
    ]);
    const { id } = await town.apply({}, { by: applicant });
    expect((await town.details(id)).applicant).toEqual({ bookings: 3, cancellations: 0, rejections: 1, noShows: 1 });
  });

  it('asks as often for a page of many as for one', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const page = () => statementsOf(() => queue({ listingId: hall.listingId }));
    await town.apply(hall);
    const one = await page();
    for (let n = 1; n < 6; n++) await town.apply(hall, { startsAt: day(n, 10), endsAt: day(n, 12) });
    expect(await page()).toEqual(one);
    expect(one).toHaveLength(3);
  });
});

describe('an assignment', () => {
  it('is made to who can decide, who hears of it, and taken back', async () => {
    const { booking, id } = await town.apply();
    expect((await assign(id, colleague)).body).toMatchObject({ assignedTo: colleague, version: 2 });
    expect(await town.told(booking, colleague)).toEqual(['approval.requested', 'approval.assigned']);
    expect((await assign(id, world.handler)).ok).toBe(true);
    // Nobody is told what they did themselves.
    expect(await town.told(booking, world.handler)).toEqual(['approval.requested']);
    expect((await assign(id, null)).body).toMatchObject({ assignedTo: null });
  });

  it('is refused to who cannot: no permission, elsewhere, the applicant, not named, not of the level', async () => {
    const { town: municipality } = world;
    const beside = await world.person('handler', 'org', { orgId: municipality.otherOrgId });
    const manager = await world.person('handler', 'org', { orgId: municipality.orgId });
    const { id } = await town.apply({}, { by: world.handler });
    for (const userId of [neighbour, beside, world.handler, uuidv7()])
      expect((await assign(id, userId, colleague)).code).toBe('ASSIGNEE_CANNOT_DECIDE');
    expect((await assign(id, manager)).ok).toBe(true);
    const event = await town.apply({ type: 'EVENT' });
    expect((await assign(event.id, manager)).code).toBe('ASSIGNEE_CANNOT_DECIDE');
    const named = await town.apply(await town.hallWith([always('a', { deciders: { userIds: [world.handler] } })]));
    expect((await assign(named.id, colleague)).code).toBe('ASSIGNEE_CANNOT_DECIDE');
  });

  it('is not for readers, not elsewhere, and not of what is decided', async () => {
    const reader = await world.person('reader', 'tenant');
    const beside = await world.person('handler', 'org', { orgId: world.town.otherOrgId });
    const { id } = await town.apply();
    expect((await assign(id, colleague, reader)).code).toBe('FORBIDDEN');
    expect((await assign(id, colleague, beside)).code).toBe('NOT_FOUND');
    await town.approve(id);
    expect((await assign(id, colleague)).code).toBe('INVALID_STATE');
    expect((await world.call(prioritizeApproval, { id, priority: 'low' }, town.asHandler())).code).toBe(
      'INVALID_STATE',
    );
  });

  it('goes to whoever claims next: each gets another, the most urgent first, and nothing they may not decide', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const own = await town.apply(hall, { by: colleague, startsAt: day(-6, 10), endsAt: day(-6, 12) });
    const applied = await Promise.all(
      [3, 1, 2].map((n) => town.apply(hall, { startsAt: day(20 * n, 10), endsAt: day(20 * n, 12) })),
    );
    const claim = (by: string) => world.call(claimApproval, { listingId: hall.listingId }, { by });
    const claimed = await Promise.all([claim(colleague), claim(colleague), claim(colleague)]);
    const got = claimed.map(({ body }) => (body.approval as { id: string }).id);
    expect(got.toSorted()).toEqual(applied.map(({ id }) => id).toSorted());
    expect((await claim(colleague)).body).toEqual({ approval: null });
    expect((await claim(world.handler)).body).toMatchObject({ approval: { id: own.id, assignedTo: world.handler } });
  });
});

describe('many decisions at once', () => {
  it('each has its own outcome, and costs the same number of statements', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const three = [];
    for (const n of [0, 1, 2]) three.push(await town.apply(hall, { startsAt: day(n, 10), endsAt: day(n, 12) }));
    const own = await town.apply({}, { by: world.handler });
    const done = await town.apply();
    await town.approve(done.id);
    const asked = [...three.map(({ id }) => id), own.id, done.id, uuidv7()];
    const decide = (request: object) => world.call(decideApprovals, request, town.asHandler());
    let reply = await decide({ decision: 'reject', ids: asked });
    expect(reply.code).toBe('VALIDATION_FAILED');
    const statements = await statementsOf(async () => {
      reply = await decide({ decision: 'reject', ids: asked, reasonCode: 'policy', reason: 'Stengt i juli' });
    });
    expect(reply.body.data).toEqual([
      ...three.map(({ id }) => ({ id, outcome: 'decided', status: 'rejected', code: null, detail: null })),
      expect.objectContaining({ id: own.id, outcome: 'refused', code: 'DECISION_BY_APPLICANT' }),
      expect.objectContaining({ id: done.id, outcome: 'refused', code: 'INVALID_STATE' }),
      expect.objectContaining({ id: asked.at(-1), outcome: 'refused', code: 'NOT_FOUND' }),
    ]);
    for (const { booking } of three) expect(await town.statusOf(booking)).toBe('rejected');
    expect(await town.statusOf(own.booking)).toBe('awaiting_approval');
    const most = Math.max(...[...new Set(statements)].map((name) => statements.filter((one) => one === name).length));
    expect(most).toBeLessThanOrEqual(asked.length + 1);
    // Asked again, nothing happens twice.
    const again = await decide({ decision: 'reject', ids: asked, reasonCode: 'policy', reason: 'Stengt i juli' });
    expect((again.body.data as { code: string }[]).slice(0, 3).map(({ code }) => code)).toEqual(
      Array(3).fill('INVALID_STATE'),
    );
  });
});

describe('what is past due', () => {
  it('is escalated once, by however many processes: to the administrators, who are told', async () => {
    const late = await town.apply();
    const [timely, asked] = [await town.apply(), await town.apply()];
    await overdue(late);
    await world.rows(
      `UPDATE digilist.booking_approvals SET status = 'clarification', asked_at = now(), due_at = now() - interval '1 day' WHERE id = $1`,
      [asked.id],
    );
    await Promise.all([escalate(), escalate(), escalate()]);
    const details = await town.details(late.id);
    expect(details).toMatchObject({ level: 'administrator', overdue: true, version: 2 });
    expect(details.escalatedAt).not.toBeNull();
    await escalate();
    expect((await town.details(late.id)).version).toBe(2);
    for (const { id } of [timely, asked]) expect((await town.details(id)).escalatedAt).toBeNull();
    expect(await town.told(late.booking, colleague)).toEqual(['approval.requested', 'approval.escalated']);
    const manager = await world.person('handler', 'org', { orgId: world.town.orgId });
    expect((await town.approve(late.id, manager)).code).toBe('DECISION_NEEDS_ADMINISTRATOR');
    expect((await town.approve(late.id)).ok).toBe(true);
  });

  it('goes to those the workflow names, who decide it then although others were to', async () => {
    const steps = [always('a', { deciders: { userIds: [world.handler] }, escalateTo: [colleague] })];
    const late = await town.apply(await town.hallWith(steps));
    expect((await town.approve(late.id, colleague)).code).toBe('DECISION_NOT_YOURS');
    await overdue(late);
    await escalate();
    expect(await town.details(late.id)).toMatchObject({ level: 'manager', assignedTo: colleague });
    expect(await town.told(late.booking, colleague)).toEqual(['approval.escalated']);
    expect((await world.call(approveBooking, { id: late.id }, { by: colleague })).ok).toBe(true);
  });
});
