import {
  type BillingRun,
  createInvoice,
  createInvoiceSeller,
  getBillingRun,
  getInvoice,
  type Invoice,
  type InvoiceSeller,
  startBillingRun,
} from '@digilist/contracts';
import type { RunningService } from '@kit/service';
import { eventually } from '@kit/testing';
import type { Town } from '../../../platform/testing/platform-stand-in.js';
import { BookingWorld, bodyOf, day } from '../../../testing/booking-world.js';
import type { Reply } from '../../../testing/digilist-world.js';
import { buildHall, type Hall, type HallOptions } from '../../../testing/hall.js';
import { BookingsModule } from '../../bookings/index.js';
import { PaymentsModule } from '../../payments/index.js';
import { InvoicesModule } from '../index.js';

export const SELLER = {
  name: 'Storevik kommune',
  organizationNumber: '974760673',
  vatRegistered: true,
  street: 'Rådhusgata 1',
  postalCode: '6783',
  city: 'Storevik',
  email: 'faktura@storevik.example',
  accountNumber: '86011117947',
  kidLength: 10,
  kidAlgorithm: 'MOD10',
  paymentDays: 14,
};

export interface Invoiced {
  /** Bought on behalf of this organization. */
  club?: string;
  hall?: Hall;
  by?: string;
  of?: Town;
}

const PATIENTLY = { within: 30_000 };

/** Towns whose bookings are paid by invoice, and an accountant for all of the first. */
export class InvoiceWorld {
  accountant!: string;
  seller!: InvoiceSeller;
  private days = 0;
  private readonly halls = new Map<Town, Promise<Hall>>();

  private constructor(readonly world: BookingWorld) {}

  static async open(): Promise<InvoiceWorld> {
    const here = new InvoiceWorld(await BookingWorld.open([BookingsModule, PaymentsModule, InvoicesModule]));
    here.accountant = await here.world.person('accountant', 'tenant');
    here.seller = (await here.must(createInvoiceSeller, SELLER)) as unknown as InvoiceSeller;
    return here;
  }

  get service(): RunningService {
    return this.world.service;
  }

  call(operation: unknown, request: object, { by = this.accountant, of, headers }: CallOptions = {}): Promise<Reply> {
    return this.world.call(operation, request, { by, ...(of && { of }), ...(headers && { headers }) });
  }

  async must(operation: unknown, request: object, options: CallOptions = {}): Promise<Record<string, unknown>> {
    const reply = await this.call(operation, request, options);
    if (!reply.ok) throw new Error(JSON.stringify(reply.body));
    return reply.body;
  }

  hall(options: HallOptions = {}, of: Town = this.world.town): Promise<Hall> {
    return buildHall(this.world.digilist, of, options);
  }

  /** Two confirmed hours at daytime, a week ahead or later. Answers the booking's id. */
  async booked({ club, hall, by, of }: Invoiced = {}): Promise<string> {
    const from = Date.parse(day(this.days++, 10));
    const reply = await this.world.book(
      hall ?? (await this.commonHall(of)),
      {
        startsAt: new Date(from).toISOString(),
        endsAt: new Date(from + 7_200_000).toISOString(),
        ...(club && { onBehalfOfOrgId: club }),
      },
      { ...(by && { by }), ...(of && { of }) },
    );
    if (!reply.ok || bodyOf(reply).status !== 'confirmed') throw new Error(JSON.stringify(reply.body));
    return bodyOf(reply).id;
  }

  private async commonHall(of: Town = this.world.town): Promise<Hall> {
    const known = this.halls.get(of) ?? this.hall({}, of);
    this.halls.set(of, known);
    return known;
  }

  /** As many like it that were carried out long ago: two hours, to noon of that day. Answers their ids. */
  async past(id: string, count: number, ended: string): Promise<string[]> {
    const rows = await this.world.rows<{ id: string }>(
      `WITH columns AS (SELECT b.* FROM digilist.bookings b WHERE b.id = $1),
       made AS (
         INSERT INTO digilist.bookings (tenant_id, org_id, listing_id, zone_id, user_id, on_behalf_of_org_id, status, payment_policy,
           starts_at, ends_at, timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
         SELECT tenant_id, org_id, listing_id, zone_id, user_id, on_behalf_of_org_id, 'completed', payment_policy,
           ($3::date + time '10:00') AT TIME ZONE 'UTC', ($3::date + time '12:00') AT TIME ZONE 'UTC', timezone, pricing_group,
           net, vat, total, price_lines, created_by, updated_by
         FROM columns, generate_series(1, $2::integer) RETURNING tenant_id, id
       )
       INSERT INTO digilist.booking_history (tenant_id, booking_id, to_status, actor_kind, created_by)
       SELECT tenant_id, id, 'completed', 'job', id FROM made RETURNING booking_id AS id`,
      [id, count, ended],
    );
    return rows.map((row) => row.id);
  }

  /** Again while so many ask at once that some are sent away. */
  async patiently(operation: unknown, request: object, options: CallOptions = {}): Promise<Reply> {
    const reply = await this.call(operation, request, options);
    return reply.code === 'SERVICE_UNAVAILABLE' ? this.patiently(operation, request, options) : reply;
  }

  async issued(bookingIds: readonly string[], options: CallOptions = {}): Promise<Invoice> {
    return (await this.must(createInvoice, { bookingIds }, options)) as unknown as Invoice;
  }

  async read(id: string): Promise<Invoice> {
    return (await this.must(getInvoice, { id })) as unknown as Invoice;
  }

  /** Starts a billing run and waits for its end. */
  async billed(request: object, options: CallOptions = {}): Promise<BillingRun> {
    const { id } = await this.must(startBillingRun, request, options);
    return this.ended(id as string, options);
  }

  ended(id: string, options: CallOptions = {}): Promise<BillingRun> {
    return eventually(async () => {
      const run = (await this.must(getBillingRun, { id }, options)) as unknown as BillingRun;
      if (run.status !== 'completed') throw new Error('the run is under way');
      return run;
    }, PATIENTLY);
  }

  /** A town of its own with an accountant and a seller: its numbers begin at 1, and its months are empty. */
  async town(seller: object = {}): Promise<{ of: Town; accountant: string; resident: string }> {
    const of = await this.world.newTown();
    const accountant = await this.world.person('accountant', 'tenant', { of });
    const resident = await this.world.person('resident', 'user', { of });
    await this.must(createInvoiceSeller, { ...SELLER, ...seller }, { by: accountant, of });
    return { of, accountant, resident };
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

export interface CallOptions {
  by?: string;
  of?: Town;
  headers?: Record<string, string>;
}
