import {
  createBooking,
  createQuote,
  explainBookingPrice,
  type PriceExplanation,
  type Quote,
  updateBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf, day, detailsOf } from '../../../testing/booking-world.js';
import { buildHall, type Hall } from '../../../testing/hall.js';
import { BookingsModule } from '../../bookings/index.js';
import { QuoteRetention } from './quote-retention.job.js';

let world: BookingWorld;
let neighbour: string;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
  neighbour = await world.person('resident', 'user');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const time = { startsAt: day(0, 10), endsAt: day(0, 12) };
const quoted = async (hall: Hall, change: object = {}): Promise<Quote> => {
  const reply = await world.call(createQuote, { listingId: hall.listingId, ...time, ...change });
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body as unknown as Quote;
};
const build = () => buildHall(world.digilist, world.town, { stock: 20 });
const becomesDearer = async ({ listingId }: Hall) => {
  await world.rows(
    'UPDATE digilist.pricing_rules SET amount = amount * 2, version = version + 1 WHERE listing_id = $1',
    [listingId],
  );
  await world.rows('UPDATE digilist.listings SET version = version + 1 WHERE id = $1', [listingId]);
};
const expire = (id: string, days = 0) =>
  world.rows(
    `UPDATE digilist.quotes SET expires_at = now() - interval '1 second' - $2 * interval '1 day' WHERE id = $1`,
    [id, days],
  );

describe('a booking with a quote', () => {
  it('costs what was quoted, whatever the price has become, and names the quote', async () => {
    const hall = await build();
    const { id, price } = await quoted(hall, { quantity: 2 });
    await becomesDearer(hall);
    const booking = bodyOf(await world.book(hall, { quantity: 2, quoteId: id }));
    expect(booking.price).toEqual(price);
    const [row] = await world.rows('SELECT quote_id, total::integer FROM digilist.bookings WHERE id = $1', [
      booking.id,
    ]);
    expect(row).toEqual({ quote_id: id, total: price.total.amount });
    expect(bodyOf(await world.book(hall, { quantity: 2 })).total.amount).toBe(2 * price.total.amount);
  });

  it.each<[string, object, string[]]>([
    ['another time', { endsAt: day(0, 13) }, ['endsAt']],
    ['another quantity', { quantity: 3 }, ['quantity']],
    ['another group', { pricingGroup: 'business' }, ['pricingGroup']],
    ['no add-on', { addOns: [] }, ['addOns']],
  ])('is refused for %s than was quoted', async (_, change, differs) => {
    const hall = await build();
    await world.rows(
      `INSERT INTO digilist.pricing_rules (tenant_id, org_id, listing_id, kind, key, name, unit, amount, created_by, updated_by)
       SELECT tenant_id, org_id, listing_id, 'add_on', 'cleaning', name, 'booking', 100, created_by, updated_by
       FROM digilist.pricing_rules WHERE listing_id = $1`,
      [hall.listingId],
    );
    await world.rows('UPDATE digilist.listings SET version = version + 1 WHERE id = $1', [hall.listingId]);
    const addOns = [{ key: 'cleaning', quantity: 1 }];
    const { id } = await quoted(hall, { addOns });
    const reply = await world.book(hall, { addOns, quoteId: id, ...change });
    expect([reply.code, detailsOf(reply)]).toEqual(['QUOTE_MISMATCH', { differs }]);
    expect((await world.book(hall, { addOns, quoteId: id })).ok).toBe(true);
  });

  it('that has expired is refused with a fresh one, which can be booked', async () => {
    const hall = await build();
    const { id } = await quoted(hall);
    await expire(id);
    await becomesDearer(hall);
    const refused = await world.book(hall, { quoteId: id });
    expect(refused.code).toBe('QUOTE_EXPIRED');
    const { quote } = detailsOf(refused) as { quote: Quote };
    expect(quote.price.total.amount).toBe(200_000);
    const booking = bodyOf(await world.book(hall, { quoteId: quote.id }));
    expect(booking.price).toEqual(quote.price);
  });

  it('answers a repeated request with the same fresh quote', async () => {
    const hall = await build();
    const { id } = await quoted(hall);
    await expire(id);
    const request = { listingId: hall.listingId, ...time, termsVersion: '1', quoteId: id };
    const headers = { 'idempotency-key': uuidv7() };
    const [first, second] = [
      await world.call(createBooking, request, { headers }),
      await world.call(createBooking, request, { headers }),
    ];
    expect([first.code, second.body]).toEqual(['QUOTE_EXPIRED', first.body]);
  });

  it('of somebody else, or of nobody, is unknown; and a draft takes none', async () => {
    const hall = await build();
    const { id } = await quoted(hall);
    expect((await world.book(hall, { quoteId: id }, { by: neighbour })).code).toBe('QUOTE_UNKNOWN');
    expect((await world.book(hall, { quoteId: uuidv7() })).code).toBe('QUOTE_UNKNOWN');
    const draft = await world.book(hall, { quoteId: id, draft: true });
    expect(draft.body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'quoteId', code: 'EXCLUDED' }] });
  });
});

it('who changes neither time nor place pays what was agreed', async () => {
  const hall = await build();
  const booking = bodyOf(await world.book(hall));
  await becomesDearer(hall);
  const headers = { 'if-match': `"${booking.version}"` };
  const reply = await world.call(updateBooking, { id: booking.id, purpose: 'Noe annet', attendees: 12 }, { headers });
  expect(bodyOf(reply).price).toEqual(booking.price);
});

it('the price of a booking is told in sentences to whoever may read it', async () => {
  const hall = await build();
  const booking = bodyOf(await world.book(hall));
  const { explanation } = await quoted(hall);
  const explain = (by: string, headers = {}) => world.call(explainBookingPrice, { id: booking.id }, { by, headers });
  const { body } = await explain(world.resident);
  const told = body as unknown as PriceExplanation;
  expect(told.sentences).toEqual(explanation);
  expect(told.text.replaceAll('\u00a0', ' ')).toBe(
    '2 timer à 400 kr (Timepris, regel v1) = 800 kr. Mva 25 %: 200 kr. Å betale: 1 000 kr.',
  );
  expect(told).toMatchObject({ vat: [{ vatBasisPoints: 2_500, vat: { amount: 20_000 } }], total: { amount: 100_000 } });
  expect((await explain(world.handler, { 'accept-language': 'en' })).body.text).toContain('2 hours');
  expect((await explain(neighbour)).code).toBe('NOT_FOUND');
});

it('quotes are forgotten a month after they have run out', async () => {
  const hall = await build();
  const [old, young, open] = [await quoted(hall), await quoted(hall), await quoted(hall)];
  await expire(old.id, 31);
  await expire(young.id, 29);
  await world.service.app.get(QuoteRetention, { strict: false }).turn(new Date());
  const left = await world.rows<{ id: string }>('SELECT id FROM digilist.quotes WHERE listing_id = $1 ORDER BY id', [
    hall.listingId,
  ]);
  expect(left.map(({ id }) => id)).toEqual([young.id, open.id]);
});
