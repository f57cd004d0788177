import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { day } from '../../testing/booking-world.js';
import { Applications, always } from './testing/applications.js';

const CASES = Number(process.env.LAW_CASES ?? 25);

let town: Applications;
let people: string[];

beforeAll(async () => {
  town = await Applications.open();
  people = [town.world.handler, ...(await Promise.all([town.handler(), town.handler()]))];
});
afterAll(async () => {
  await town?.world.close();
  await stopPostgres();
});

interface Standing extends Record<string, unknown> {
  status: string;
  /** Atoms that the calendar holds for it. */
  held: number;
  /** The case that was opened last. */
  id: string;
  step: number;
  open: boolean;
}

async function standingOf(bookingId: string): Promise<Standing> {
  const [row] = await town.world.rows<Standing>(
    `SELECT b.status, a.id, a.step, a.status = 'open' AS open,
       (SELECT count(*)::int FROM digilist.allocations t WHERE t.booking_id = b.id AND t.active) AS held
     FROM digilist.bookings b JOIN digilist.booking_approvals a ON a.booking_id = b.id
     WHERE b.id = $1 ORDER BY a.id DESC LIMIT 1`,
    [bookingId],
  );
  return row as Standing;
}

const stage = fc.record({ fourEyes: fc.boolean(), administrator: fc.boolean() });
// Rather yes than no, so that most come far.
const decision = fc.record({ yes: fc.nat(4).map((n) => n > 0), who: fc.nat(2) });

it(`a booking is confirmed exactly when every stage was approved, and holds its time until then (${CASES} cases)`, async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(stage, { minLength: 1, maxLength: 3 }),
      fc.array(decision, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      async (stages, decisions, distinctDeciders) => {
        const steps = stages.map(({ fourEyes, administrator }, at) =>
          always(`s${at}`, { stage: at + 1, fourEyes, level: administrator ? 'administrator' : 'manager' }),
        );
        const hall = await town.hallWith(steps, { distinctDeciders });
        const { booking, id } = await town.apply(hall, { startsAt: day(n % 60, 10), endsAt: day(n++ % 60, 12) });
        // What there is to know without asking: who approved each stage so far.
        const approvedBy: string[][] = stages.map(() => []);
        let [at, current, status] = [0, id, 'awaiting_approval'];
        for (const { yes, who } of decisions) {
          const by = people[who] as string;
          const { code } = yes ? await town.approve(current, by) : await town.reject(current, by);
          const elsewhere = distinctDeciders && approvedBy.slice(0, at).flat().includes(by);
          const twice = yes && approvedBy[at]?.includes(by) === true;
          if (status !== 'awaiting_approval') expect(code).toBeDefined();
          else if (elsewhere || twice) expect(code).toBe('DECISION_NEEDS_ANOTHER');
          else {
            expect(code).toBeUndefined();
            if (!yes) status = 'rejected';
            else if (approvedBy[at]?.push(by) === (stages[at]?.fourEyes ? 2 : 1)) at += 1;
            if (at === stages.length) status = 'confirmed';
          }
          const standing = await standingOf(booking.id);
          expect(standing).toMatchObject({ status, held: status === 'rejected' ? 0 : 1 });
          if (status === 'awaiting_approval') expect(standing).toMatchObject({ open: true, step: at + 1 });
          current = standing.id;
        }
      },
    ),
    { numRuns: CASES },
  );
}, 600_000);
