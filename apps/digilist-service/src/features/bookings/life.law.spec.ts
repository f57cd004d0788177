import {
  approveBooking,
  type Booking,
  type BookingHistoryEntry,
  type BookingStatus,
  cancelBooking,
  completeBooking,
  getBooking,
  getBookingHistory,
  markBookingNoShow,
  rejectBooking,
  rescheduleBooking,
  submitBooking,
  updateBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobOrigin, statement, UnitOfWork } from '@kit/service';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { begin } from '../../testing/passing-time.js';
import { CompletionJob } from './completion.job.js';
import { holds, mayBecome, statusOnApproval, statusOnChange, statusOnSubmit } from './domain/lifecycle.js';
import { HoldExpiry } from './hold-expiry.js';
import { BookingsModule } from './index.js';

// The life of a booking: whatever is done to it, in whatever order, it goes where the table leads, or nothing happens.

const CASES = Number(process.env.LAW_CASES ?? 500);
const STEPS = 12;
/** Some hundred requests and as many looks at everything there is. */
const PATIENCE_MS = Math.max(120_000, CASES * 1_000);

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const PHASES = ['ahead', 'running', 'over', 'long over'] as const;
type Phase = (typeof PHASES)[number];

/** What is known of a booking without asking anybody. */
interface Model {
  id: string;
  status: BookingStatus;
  paymentPolicy: 'INVOICE' | 'PAY_AND_CONFIRM' | 'APPROVE_THEN_PAY';
  phase: Phase;
  attendees: number;
  late: boolean;
}

/** Where a step leads: a status, or the code with which it is refused. */
type Outcome = { to: BookingStatus } | { code: string };

interface Command {
  name: string;
  /** What the model expects. Null: there is nothing to do it to. */
  expects(model: Model): Outcome | null;
  runs(model: Model): Promise<Reply | null>;
  /** What the model knows once it was done. */
  leaves?(model: Model): Partial<Model>;
}

const total = 100_000;
const standing = ({ paymentPolicy, attendees, late }: Model) => ({
  paymentPolicy,
  needsApproval: attendees > 100 || late,
  total,
});
const changeable = ({ status }: Model) => holds(status) || status === 'draft';
const invalid = { code: 'INVALID_STATE' };
const begun = ({ phase }: Model) => phase !== 'ahead';
const asStaff = () => ({ by: world.handler });

const versionOf = async (id: string) => bodyOf(await world.call(getBooking, { id })).version;
const approvalOf = async (id: string) =>
  (
    await world.rows<{ id: string }>(
      'SELECT id FROM digilist.booking_approvals WHERE booking_id = $1 ORDER BY id DESC LIMIT 1',
      [id],
    )
  )[0]?.id;

const decide = (operation: unknown, more: object) => async (model: Model) => {
  const id = await approvalOf(model.id);
  return id === undefined ? null : world.call(operation, { id, ...more }, asStaff());
};

const move =
  (hour: number, by: () => { by?: string }) =>
  ({ id }: Model) =>
    world.call(rescheduleBooking, { id, startsAt: day(9, hour), endsAt: day(9, hour + 2) }, by());

const pass = (phase: Phase, hoursAgo: number, hours: number): Command => ({
  name: `time passes: ${phase}`,
  expects: (model) =>
    changeable(model) && PHASES.indexOf(model.phase) < PHASES.indexOf(phase) ? { to: model.status } : null,
  runs: async (model) => {
    await begin(world, model.id, { hoursAgo, hours });
    return null;
  },
  leaves: () => ({ phase }),
});

const COMMANDS: Command[] = [
  {
    name: 'submit',
    expects: (model) => {
      if (model.status !== 'draft') return invalid;
      return begun(model) ? { code: 'RULE_VIOLATION' } : { to: statusOnSubmit(standing(model)) };
    },
    runs: ({ id }) => world.call(submitBooking, { id, termsVersion: '1' }),
  },
  {
    name: 'cancel, as the booker',
    expects: (model) => {
      if (!mayBecome(model.status, 'cancelled')) return invalid;
      return holds(model.status) && begun(model) ? { code: 'BOOKING_STARTED' } : { to: 'cancelled' };
    },
    runs: ({ id }) => world.call(cancelBooking, { id, reason: 'Syk' }),
  },
  {
    name: 'cancel, as staff',
    expects: ({ status }) => (mayBecome(status, 'cancelled') ? { to: 'cancelled' } : invalid),
    runs: ({ id }) => world.call(cancelBooking, { id, reason: 'Valg' }, asStaff()),
  },
  {
    name: 'approve',
    expects: (model) => {
      if (model.status !== 'awaiting_approval') return invalid;
      return begun(model) ? { code: 'BOOKING_STARTED' } : { to: statusOnApproval(standing(model)) };
    },
    runs: decide(approveBooking, {}),
  },
  {
    name: 'reject',
    expects: ({ status }) => (status === 'awaiting_approval' ? { to: 'rejected' } : invalid),
    runs: decide(rejectBooking, { reasonCode: 'other', reason: 'Nei' }),
  },
  {
    name: 'move to a morning, as the booker',
    expects: (model) => {
      if (!changeable(model)) return invalid;
      if (holds(model.status) && begun(model)) return { code: 'BOOKING_STARTED' };
      return { to: statusOnChange(model.status, standing({ ...model, late: false })) };
    },
    runs: move(10, () => ({})),
    leaves: () => ({ phase: 'ahead', late: false }),
  },
  {
    name: 'move to a late evening, as staff',
    expects: (model) =>
      changeable(model) ? { to: statusOnChange(model.status, standing({ ...model, late: true })) } : invalid,
    runs: move(21, asStaff),
    leaves: () => ({ phase: 'ahead', late: true }),
  },
  {
    name: 'expect sixty more, as staff',
    expects: (model) => {
      if (!changeable(model)) return invalid;
      const attendees = model.attendees + 60;
      // Only so many people are asked about anew, not what was decided before.
      return { to: attendees > 100 ? statusOnChange(model.status, standing({ ...model, attendees })) : model.status };
    },
    runs: async ({ id, attendees }) => {
      const headers = { 'if-match': `"${await versionOf(id)}"` };
      return world.call(updateBooking, { id, attendees: attendees + 60 }, { ...asStaff(), headers });
    },
    leaves: ({ attendees }) => ({ attendees: attendees + 60 }),
  },
  {
    name: 'complete',
    expects: ({ status, phase }) => {
      if (status !== 'confirmed') return invalid;
      return phase === 'over' || phase === 'long over' ? { to: 'completed' } : { code: 'BOOKING_NOT_OVER' };
    },
    runs: ({ id }) => world.call(completeBooking, { id }, asStaff()),
  },
  {
    name: 'nobody came',
    expects: (model) => {
      if (model.status !== 'confirmed') return invalid;
      return begun(model) ? { to: 'no_show' } : { code: 'BOOKING_NOT_STARTED' };
    },
    runs: ({ id }) => world.call(markBookingNoShow, { id }, asStaff()),
  },
  pass('running', 1, 3),
  pass('over', 5, 2),
  pass('long over', 30, 2),
  {
    name: 'the jobs run',
    expects: ({ status, phase }) => ({
      to: status === 'confirmed' && phase === 'long over' ? 'completed' : status,
    }),
    runs: async () => {
      await world.service.app.get(CompletionJob, { strict: false }).turn(new Date());
      await world.service.app.get(HoldExpiry, { strict: false }).sweep();
      return null;
    },
  },
  {
    name: 'its hold runs out',
    expects: ({ status }) => (status === 'draft' || status === 'awaiting_payment' ? { to: 'expired' } : null),
    runs: async ({ id }) => {
      for (const [table, key] of [
        ['allocations', 'booking_id'],
        ['bookings', 'id'],
      ])
        await world.rows(
          `UPDATE digilist.${table} SET expires_at = now() WHERE ${key} = $1 AND expires_at IS NOT NULL`,
          [id],
        );
      await world.service.app.get(HoldExpiry, { strict: false }).sweep();
      return null;
    },
  },
];

/** Everything there is of a booking; its events are counted afterwards. */
const SNAPSHOT = statement(
  'snapshot',
  `SELECT to_jsonb(b) AS booking,
     (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM digilist.allocations a WHERE a.tenant_id = $1 AND a.booking_id = $2) AS calendar,
     (SELECT count(*) FROM digilist.booking_history h WHERE h.tenant_id = $1 AND h.booking_id = $2) AS history,
     (SELECT jsonb_agg(to_jsonb(q) ORDER BY q.id) FROM digilist.booking_approvals q WHERE q.tenant_id = $1 AND q.booking_id = $2) AS queue,
     (SELECT count(*) FROM digilist.booking_items i WHERE i.tenant_id = $1 AND i.booking_id = $2) AS items,
     (SELECT count(*) FROM digilist.notifications n WHERE n.tenant_id = $1 AND n.booking_id = $2) AS notices
   FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.id = $2`,
);
const snapshotOf = (id: string) =>
  world.service.app
    .get(UnitOfWork)
    .runAs(jobOrigin(world.town.tenantId, 'spec'), (tx) => tx.query(SNAPSHOT, [tx.tenantId, id]));

const PARTS = 30;
const places = new Map<Model['paymentPolicy'], { hall: Hall; left: string[] }>();

/** Somewhere nobody has booked yet. */
async function placeFor(paymentPolicy: Model['paymentPolicy']): Promise<{ hall: Hall; zoneId: string }> {
  let place = places.get(paymentPolicy);
  if (!place || place.left.length === 0) {
    const hall = await buildHall(world.digilist, world.town, { paymentPolicy, parts: PARTS });
    place = { hall, left: [...hall.parts] };
    places.set(paymentPolicy, place);
  }
  return { hall: place.hall, zoneId: place.left.pop() as string };
}

async function start(paymentPolicy: Model['paymentPolicy'], draft: boolean): Promise<Model> {
  const { hall, zoneId } = await placeFor(paymentPolicy);
  const time = { startsAt: day(2, 10), endsAt: day(2, 12) };
  const { id, status } = bodyOf(await world.book(hall, { ...time, zoneId, attendees: 10, draft }));
  return { id, status, paymentPolicy, phase: 'ahead', attendees: 10, late: false };
}

/** Walks to each end there is, and then everything that could be tried there. */
const ENDS: string[][] = [
  ['time passes: over', 'complete'],
  ['time passes: running', 'nobody came'],
  ['time passes: long over', 'the jobs run'],
  ['move to a late evening, as staff', 'reject'],
  ['cancel, as the booker'],
];
const everything = COMMANDS.map((_, at) => at);
const stepsTo = (names: string[]) => names.map((name) => COMMANDS.findIndex((command) => command.name === name));
const examples = [
  ...ENDS.map((names) => ({
    paymentPolicy: 'INVOICE' as const,
    draft: false,
    steps: [...stepsTo(names), ...everything],
  })),
  {
    paymentPolicy: 'PAY_AND_CONFIRM' as const,
    draft: false,
    steps: [...stepsTo(['its hold runs out']), ...everything],
  },
];

describe('whatever is done to a booking', () => {
  it(
    'it goes where the table leads, or nothing happens at all',
    async () => {
      const seen = new Set<string>();
      const walk = fc.record({
        paymentPolicy: fc.constantFrom<Model['paymentPolicy']>('INVOICE', 'PAY_AND_CONFIRM', 'APPROVE_THEN_PAY'),
        draft: fc.boolean(),
        steps: fc.array(fc.nat({ max: COMMANDS.length - 1 }), { minLength: STEPS, maxLength: STEPS }),
      });
      const property = fc.asyncProperty(walk, async ({ paymentPolicy, draft, steps }) => {
        let model = await start(paymentPolicy, draft);
        for (const at of steps) {
          const command = COMMANDS[at] as Command;
          const expected = command.expects(model);
          if (expected === null) continue;
          const before = 'code' in expected ? await snapshotOf(model.id) : null;
          const reply = await command.runs(model);
          if (reply === null && 'code' in expected) continue;
          seen.add(`${model.status} × ${command.name}`);
          const { status }: Booking = bodyOf(await world.call(getBooking, { id: model.id }));
          const came = reply === null || reply.ok ? { to: status } : { code: reply.code };
          expect([command.name, model, came]).toEqual([command.name, model, expected]);
          if (before) expect(await snapshotOf(model.id)).toEqual(before);
          else model = { ...model, ...command.leaves?.(model), status };
        }
        const history = (await world.call(getBookingHistory, { id: model.id })).body.data as BookingHistoryEntry[];
        for (const { from, to, change } of history) {
          if (from === null) expect(['draft', 'pending']).toContain(to);
          else expect(from === to ? change !== 'status' : mayBecome(from, to)).toBe(true);
        }
      });
      await fc.assert(property, {
        examples: examples.map((example) => [example]),
        numRuns: examples.length + Math.ceil(CASES / STEPS / 3),
        seed: 4711,
      });
      const statuses = new Set([...seen].map((pair) => pair.split(' × ')[0]));
      expect([...statuses].sort()).toEqual(
        [
          ...['awaiting_approval', 'awaiting_payment', 'cancelled', 'completed', 'confirmed'],
          ...['draft', 'expired', 'no_show', 'rejected'],
        ].sort(),
      );
    },
    PATIENCE_MS,
  );
});
