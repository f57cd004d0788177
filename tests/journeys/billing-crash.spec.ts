import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { outcome } from './support/http.js';
import { bookingOf, type Municipality, municipality } from './support/municipality.js';

const BUYERS = 60;
const EACH = 2;
const MARCH = { from: '2026-03-01', to: '2026-04-01' };

let system: RunningSystem;
let town: Municipality;
beforeAll(async () => {
  system = await startSystem({
    appEnv: { gateway: { GATEWAY_LIMIT_ADDRESS: '0', GATEWAY_LIMIT_USER: '0', GATEWAY_LIMIT_CREDENTIALS: '0' } },
  });
  town = await municipality(system);
  await town.admin.client.digilist.createInvoiceSeller({
    ...{ name: 'Fjordvik kommune', organizationNumber: '974760673', vatRegistered: true },
    ...{ street: 'Rådhusgata 1', postalCode: '6783', city: 'Fjordvik', accountNumber: '86011117947' },
    ...{ kidLength: 10, kidAlgorithm: 'MOD10', paymentDays: 14 },
  });
}, 120_000);
afterAll(() => system?.stop(), 60_000);

const rows = <Row extends Record<string, unknown>>(text: string, values: unknown[] = [town.id]) =>
  query<Row>(system.urls.digilist.superuser, text, values);
const staff = () => town.handler.client.digilist;

/** Bookings of March like this one, two of each of so many buyers: more than anybody would click together. */
const behind = (bookingId: string) =>
  rows(
    `WITH buyers AS (
       INSERT INTO digilist.platform_users (tenant_id, id, email, name, status, version)
       SELECT $1, uuidv7(), 'buyer-' || n || '@example.no', 'Kjøper ' || n, 'active', 1 FROM generate_series(1, $3::integer) n
       RETURNING tenant_id, id
     ), made AS (
       INSERT INTO digilist.bookings (tenant_id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at,
         timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
       SELECT b.tenant_id, b.org_id, b.listing_id, b.zone_id, buyers.id, 'completed', b.payment_policy,
         '2026-03-02T10:00Z'::timestamptz + n * interval '1 day', '2026-03-02T12:00Z'::timestamptz + n * interval '1 day',
         b.timezone, b.pricing_group, b.net, b.vat, b.total, b.price_lines, buyers.id, buyers.id
       FROM digilist.bookings b CROSS JOIN buyers CROSS JOIN generate_series(1, $4::integer) n
       WHERE b.tenant_id = $1 AND b.id = $2 RETURNING tenant_id, id
     )
     INSERT INTO digilist.booking_history (tenant_id, booking_id, to_status, actor_kind, created_by)
     SELECT tenant_id, id, 'completed', 'job', id FROM made`,
    [town.id, bookingId, BUYERS, EACH],
  );
const issued = async () =>
  (await rows<{ n: number }>('SELECT count(*)::int AS n FROM digilist.invoices WHERE tenant_id = $1'))[0]?.n ?? 0;

it('killed twice in the midst of a billing run, it goes on: each booking is billed once, and no number is missing', async () => {
  const booking = await town.resident.client.digilist.createBooking(bookingOf(town.hall, 3, 14));
  await behind(booking.id);
  const { id } = await staff().startBillingRun(MARCH);
  for (const some of [5, 25]) {
    await eventually(async () => expect(await issued()).toBeGreaterThanOrEqual(some), { within: 20_000, every: 5 });
    await system.apps.digilist.kill('SIGKILL');
    const done = await issued();
    // All of them would prove nothing.
    expect(done).toBeGreaterThanOrEqual(some);
    expect(done).toBeLessThan(BUYERS);
    // What a dead process had in hand is free after a minute, which nobody waits for here.
    await rows(`UPDATE digilist.billing_runs SET claimed_until = '-infinity' WHERE tenant_id = $1`);
    await system.apps.digilist.restart();
  }
  await eventually(
    async () => expect(await staff().getBillingRun({ id: id as string })).toMatchObject({ status: 'completed' }),
    {
      within: 20_000,
    },
  );
  expect(await staff().getBillingRun({ id: id as string })).toMatchObject({
    ...{
      invoices: BUYERS,
      bookings: BUYERS * EACH,
      total: { amount: BUYERS * EACH * booking.total.amount },
      buyers: [],
    },
  });

  expect((await staff().startBillingRun({ ...MARCH, dryRun: true })).bookings).toBe(0);
  const again = await staff().startBillingRun(MARCH);
  await eventually(async () =>
    expect(await staff().getBillingRun({ id: again.id as string })).toMatchObject({ status: 'completed', invoices: 0 }),
  );

  const numbers = await rows<{ number: number }>(
    'SELECT number FROM digilist.invoices WHERE tenant_id = $1 ORDER BY number',
  );
  expect(numbers.map(({ number }) => number)).toEqual(Array.from({ length: BUYERS }, (_, n) => n + 1));
  const [books] = await rows(
    `SELECT
       (SELECT count(DISTINCT l.booking_id)::int FROM digilist.invoice_lines l WHERE l.tenant_id = $1) AS billed,
       (SELECT count(*)::int FROM (SELECT l.booking_id FROM digilist.invoice_lines l WHERE l.tenant_id = $1
          GROUP BY l.booking_id HAVING count(DISTINCT l.invoice_id) > 1) twice) AS twice,
       (SELECT count(DISTINCT i.buyer_user_id)::int FROM digilist.invoices i WHERE i.tenant_id = $1) AS buyers,
       (SELECT sum(i.total)::int FROM digilist.invoices i WHERE i.tenant_id = $1) AS invoiced,
       (SELECT sum(l.amount)::int FROM digilist.ledger_lines l WHERE l.tenant_id = $1 AND l.account = 'receivable') AS owed,
       (SELECT next FROM digilist.invoice_counters c WHERE c.tenant_id = $1 AND c.series = 'invoice') AS next`,
  );
  const total = BUYERS * EACH * booking.total.amount;
  expect(books).toEqual({
    billed: BUYERS * EACH,
    twice: 0,
    buyers: BUYERS,
    invoiced: total,
    owed: total,
    next: BUYERS + 1,
  });
  expect(await outcome(staff().listInvoices({ limit: 1 }))).toBe('ok');
}, 60_000);
