import {
  type ApprovalWorkflow,
  type ApprovalWorkflowTrial,
  createApprovalWorkflow,
  getApprovalWorkflow,
  listApprovalWorkflows,
  retireApprovalWorkflow,
  tryApprovalWorkflow,
  updateApprovalWorkflow,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { type BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall } from '../../testing/hall.js';
import { Applications, always } from './testing/applications.js';

let town: Applications;
let world: BookingWorld;

beforeAll(async () => {
  town = await Applications.open();
  ({ world } = town);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const name = { nb: 'Saksgang' };
const handler = () => ({ by: world.handler });
const ifMatch = (version: number) => ({ headers: { 'if-match': `"${version}"` } });

async function written(steps: object[] = [always('a')]): Promise<ApprovalWorkflow & { id: string }> {
  const { listingId } = await buildHall(world.digilist, world.town);
  const request = { orgId: world.town.orgId, listingId, name, steps };
  const reply = await world.call(createApprovalWorkflow, request, handler());
  return reply.body as unknown as ApprovalWorkflow & { id: string };
}

describe('a workflow', () => {
  it('is read, written anew by whoever has read it, and retired', async () => {
    const { id, listingId } = await written();
    const steps = [always('b', { stage: 2, fourEyes: true, escalateTo: [world.handler] }), always('a')];
    const change = { id, name, steps, distinctDeciders: true };
    expect((await world.call(updateApprovalWorkflow, change, handler())).code).toBe('PRECONDITION_REQUIRED');
    const updated = await world.call(updateApprovalWorkflow, change, { ...handler(), ...ifMatch(1) });
    expect(updated.body).toMatchObject({ id, listingId, steps, distinctDeciders: true, version: 2 });
    const stale = await world.call(updateApprovalWorkflow, change, { ...handler(), ...ifMatch(1) });
    expect(stale.code).toBe('STALE_VERSION');
    expect((await world.call(getApprovalWorkflow, { id }, handler())).body).toEqual(updated.body);
    expect((await world.call(retireApprovalWorkflow, { id }, { ...handler(), ...ifMatch(1) })).code).toBe(
      'STALE_VERSION',
    );
    expect((await world.call(retireApprovalWorkflow, { id }, handler())).ok).toBe(true);
    expect((await world.call(getApprovalWorkflow, { id }, handler())).code).toBe('NOT_FOUND');
    expect((await world.call(retireApprovalWorkflow, { id }, handler())).code).toBe('NOT_FOUND');
    const { body } = await world.call(listApprovalWorkflows, {}, handler());
    expect((body.data as { id: string | null }[]).map((one) => one.id)).not.toContain(id);
    // The default one holds again.
    const booked = await world.book({ listingId } as never, { attendees: 5 });
    expect(bodyOf(booked).status).toBe('confirmed');
  });

  it('holds at once for what is asked for next', async () => {
    const { id, listingId } = await written([always('a', { when: { kind: 'attendees_above', attendees: 10 } })]);
    const ask = async (n: number) =>
      bodyOf(await world.book({ listingId } as never, { attendees: 5, startsAt: day(n, 10), endsAt: day(n, 12) }))
        .status;
    expect(await ask(0)).toBe('confirmed');
    const steps = [always('a')];
    await world.call(updateApprovalWorkflow, { id, name, steps }, { ...handler(), ...ifMatch(1) });
    expect(await ask(1)).toBe('awaiting_approval');
  });

  it('is out of reach for who may not for its organization', async () => {
    const { id } = await written();
    const beside = { by: await world.person('handler', 'org', { orgId: world.town.otherOrgId }) };
    const steps = [always('a')];
    const outcomes = [
      await world.call(getApprovalWorkflow, { id }, beside),
      await world.call(updateApprovalWorkflow, { id, name, steps }, { ...beside, ...ifMatch(1) }),
      await world.call(retireApprovalWorkflow, { id }, beside),
      await world.call(getApprovalWorkflow, { id: uuidv7() }, handler()),
    ];
    expect(outcomes.map(({ code }) => code)).toEqual(Array(4).fill('NOT_FOUND'));
    const elsewhere = { orgId: world.town.orgId, name, steps };
    expect((await world.call(tryApprovalWorkflow, elsewhere, beside)).code).toBe('FORBIDDEN');
    expect((await world.call(getApprovalWorkflow, { id }, { by: world.resident })).code).toBe('FORBIDDEN');
  });

  it('that is not sound is refused with everything that is wrong', async () => {
    const { id } = await written();
    const steps = [
      always('a', { when: { kind: 'submitted_outside_hours', opens: '08:00' }, escalateTo: [world.resident] }),
      always('a', { deciders: {} }),
    ];
    const refused = await world.call(updateApprovalWorkflow, { id, name, steps }, { ...handler(), ...ifMatch(1) });
    expect(refused.code).toBe('WORKFLOW_INVALID');
    expect((refused.body.errors as { path: string }[]).map(({ path }) => path)).toEqual([
      'steps.0.when',
      'steps.0.escalateTo',
      'steps.1.key',
      'steps.1.deciders',
    ]);
  });
});

describe('a trial', () => {
  it('says what a workflow would have said about the bookings of the last days, and changes nothing', async () => {
    const hall = await buildHall(world.digilist, world.town, { orgId: world.town.subOrgId });
    const booked = [];
    for (const [n, attendees] of [20, 60, 150].entries())
      booked.push(bodyOf(await world.book(hall, { attendees, startsAt: day(n, 10), endsAt: day(n, 12) })));
    const steps = [
      always('many', { when: { kind: 'attendees_above', attendees: 50 } }),
      always('night', { when: { kind: 'outside_hours', opens: '06:00', closes: '22:00' } }),
    ];
    const before = await world.rows('SELECT count(*) FROM digilist.approval_workflows');
    const tried = await world.call(
      tryApprovalWorkflow,
      { orgId: world.town.orgId, listingId: uuidv7(), name, steps },
      handler(),
    );
    expect(tried.code).toBe('NOT_FOUND');
    const request = { orgId: world.town.subOrgId, listingId: hall.listingId, name, steps };
    const { body } = await world.call(tryApprovalWorkflow, request, handler());
    expect(body as unknown as ApprovalWorkflowTrial).toMatchObject({
      bookings: 3,
      required: 1,
      wouldBeRequired: 2,
      steps: [
        { key: 'many', bookings: 2 },
        { key: 'night', bookings: 0 },
      ],
      changed: [{ bookingId: booked[1]?.id, required: false, wouldBeRequired: true, steps: ['many'] }],
    });
    expect(await world.rows('SELECT count(*) FROM digilist.approval_workflows')).toEqual(before);
    const wide = await world.call(tryApprovalWorkflow, { orgId: world.town.orgId, name, steps, days: 1 }, handler());
    expect((wide.body as unknown as ApprovalWorkflowTrial).bookings).toBeGreaterThanOrEqual(3);
  });
});
