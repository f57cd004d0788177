import { randomUUID } from 'node:crypto';
import { metaOf } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query } from '@kit/testing';
import { outcome, refusal, tally } from './support/http.js';
import { bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system);
}, 60_000);

const rows = async (statement: string, values: unknown[]): Promise<number> => {
  const [row] = await query<{ count: string }>(system.urls.digilist.superuser, statement, values);
  return Number(row?.count);
};

describe('many at the same moment', () => {
  it('fifty requests for one slot: exactly one 201 and forty-nine 409, five times over', async () => {
    const { digilist } = town.resident.client;
    for (let round = 0; round < 5; round++) {
      const request = bookingOf(town.hall, 20 + round, 14);
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(digilist.createBooking(request))));
      expect(tally(outcomes)).toEqual({ ok: 1, SLOT_CONFLICT: 49 });
    }
  });

  it('the whole hall against its three thirds, 200 rounds in a calendar of 400 bookings: never both, never none', async () => {
    const { digilist } = town.resident.client;
    const book = (day: number, hour: number, zoneId: string) =>
      outcome(digilist.createBooking(bookingOf(town.hall, day, hour, { zoneId })));
    for (let day = 80; day < 130; day++) {
      const hours = Array.from({ length: 8 }, (_, hour) => book(day, 6 + hour, town.hall.thirds[day % 3] as string));
      expect(tally(await Promise.all(hours))).toEqual({ ok: 8 });
    }
    const all = [town.hall.whole, ...town.hall.thirds];
    const winners = { whole: 0, thirds: 0 };
    for (let round = 0; round < 200; round++) {
      // Each of them comes first in its turn.
      const contenders = [...all.slice(round % 4), ...all.slice(0, round % 4)];
      const [day, hour] = [30 + Math.floor(round / 10), 6 + (round % 10)];
      const outcomes = await Promise.all(contenders.map((zoneId) => book(day, hour, zoneId)));
      const won = contenders.filter((_, n) => outcomes[n] === 'ok');
      expect(outcomes.filter((one) => one !== 'ok' && one !== 'SLOT_CONFLICT')).toEqual([]);
      expect(won.length).toBeGreaterThan(0);
      if (won.includes(town.hall.whole)) expect(won).toEqual([town.hall.whole]);
      winners[won.includes(town.hall.whole) ? 'whole' : 'thirds']++;
    }
    expect(winners.whole + winners.thirds).toBe(200);
  }, 120_000);

  it('fifty times the same request with one Idempotency-Key make one booking, and all get it', async () => {
    const request = bookingOf(town.hall, 70, 14);
    const idempotencyKey = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => town.resident.client.digilist.createBooking(request, { idempotencyKey })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter((answer) => !metaOf(answer).replayed)).toHaveLength(1);
    expect(answers.every((answer) => metaOf(answer).status === 201)).toBe(true);
    const at = [town.id, request.startsAt, town.hall.thirds[0]];
    expect(
      await rows('select count(*) from digilist.bookings where tenant_id = $1 and starts_at = $2 and zone_id = $3', at),
    ).toBe(1);
    await eventually(async () => {
      const { data } = await town.admin.client.platform.listAuditLogs({ entityId: answers[0]!.id });
      expect(data).toHaveLength(1);
    });
  });

  it('the same key with another body is refused, and so is a conflict replayed as the conflict it was', async () => {
    const { digilist } = town.resident.client;
    const idempotencyKey = randomUUID();
    const request = bookingOf(town.hall, 71, 14);
    await digilist.createBooking(request, { idempotencyKey });
    const other = await refusal(digilist.createBooking({ ...request, purpose: 'Noe annet' }, { idempotencyKey }));
    expect(other).toMatchObject({ status: 422, code: 'IDEMPOTENCY_MISMATCH' });
    const taken = randomUUID();
    for (let again = 0; again < 2; again++) {
      const no = await refusal(digilist.createBooking(request, { idempotencyKey: taken }));
      expect(no).toMatchObject({ status: 409, code: 'SLOT_CONFLICT' });
    }
  });

  it('two case handlers decide the same application: one wins, the other is told', async () => {
    const deciding = await municipality(system, { needsApproval: true });
    const booking = await deciding.resident.client.digilist.createBooking(bookingOf(deciding.hall, 5, 14));
    const { data } = await deciding.handler.client.digilist.listApprovals({});
    const approval = data.find((entry) => entry.booking.id === booking.id)!;
    const ifMatch = `"${approval.version}"`;
    const { digilist } = deciding.handler.client;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        outcome(
          n % 2 === 0
            ? digilist.approveBooking({ id: approval.id }, { ifMatch })
            : digilist.rejectBooking({ id: approval.id, reasonCode: 'other', reason: 'Nei' }, { ifMatch }),
        ),
      ),
    );
    const { ok, ...rest } = tally(outcomes);
    expect(ok).toBe(1);
    expect(Object.keys(rest).every((code) => code === 'STALE_VERSION' || code === 'INVALID_STATE')).toBe(true);
    const { data: history } = await deciding.resident.client.digilist.getBookingHistory({ id: booking.id });
    expect(history).toHaveLength(3);
  });

  it('what is cancelled is free again at once', async () => {
    const { digilist } = town.resident.client;
    const request = bookingOf(town.hall, 72, 14);
    for (let round = 0; round < 5; round++) {
      const booking = await digilist.createBooking(request);
      expect(await outcome(digilist.createBooking(request))).toBe('SLOT_CONFLICT');
      await digilist.cancelBooking({ id: booking.id, reason: 'Ombestemt' });
    }
  });
});
