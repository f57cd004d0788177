import {
  type ApprovalDetails,
  approveBooking,
  type Booking,
  createApprovalWorkflow,
  getApproval,
  getBooking,
  rejectBooking,
} from '@digilist/contracts';
import type { Type } from '@nestjs/common';
import { BookingWorld, bodyOf } from '../../../testing/booking-world.js';
import type { Reply } from '../../../testing/digilist-world.js';
import { buildHall, type Hall, type HallOptions } from '../../../testing/hall.js';
import { BookingsModule } from '../../bookings/index.js';

export interface Applied {
  readonly hall: Hall;
  readonly booking: Booking;
  /** The case that is open. */
  readonly id: string;
}

type Steps = readonly object[];

/** A step that applies to every booking. */
export const always = (key: string, change: object = {}) => ({
  key,
  when: { kind: 'always' },
  level: 'manager',
  workingDays: 3,
  ...change,
});

/** A town in which people apply and others decide. */
export class Applications {
  private constructor(readonly world: BookingWorld) {}

  /** @param features besides bookings */
  static async open(...features: Type[]): Promise<Applications> {
    return new Applications(await BookingWorld.open([BookingsModule, ...features]));
  }

  /** A listing with a workflow of its own. */
  async hallWith(steps: Steps, more: object = {}, options: HallOptions = {}): Promise<Hall> {
    const { world } = this;
    const orgId = options.orgId ?? world.town.orgId;
    const hall = await buildHall(world.digilist, world.town, { ...options, orgId });
    const request = { orgId, listingId: hall.listingId, name: { nb: 'Saksgang' }, steps, ...more };
    const { code } = await world.call(createApprovalWorkflow, request, this.asHandler());
    if (code !== undefined) throw new Error(`the workflow was refused: ${code}`);
    return hall;
  }

  /** An application that the default workflow, or the hall's own, wants decided. */
  async apply(
    hall: Hall | HallOptions = {},
    { by = this.world.resident, ...change }: { by?: string } & Record<string, unknown> = {},
  ): Promise<Applied> {
    const { world } = this;
    const at = 'listingId' in hall ? hall : await buildHall(world.digilist, world.town, hall);
    const reply = await world.book(at, { attendees: 150, ...change }, { by });
    const booking = bodyOf(reply);
    if (booking.status !== 'awaiting_approval') throw new Error(`no application: ${reply.code ?? booking.status}`);
    return { hall: at, booking, id: await this.caseOf(booking) };
  }

  /** The case of a booking that was opened last. */
  async caseOf({ id }: Pick<Booking, 'id'>): Promise<string> {
    const text = 'SELECT id FROM digilist.booking_approvals WHERE booking_id = $1 ORDER BY id DESC LIMIT 1';
    const [row] = await this.world.rows<{ id: string }>(text, [id]);
    return row?.id as string;
  }

  asHandler = () => ({ by: this.world.handler });

  handler = (): Promise<string> => this.world.person('handler', 'tenant');

  approve = (id: string, by = this.world.handler, headers: Record<string, string> = {}): Promise<Reply> =>
    this.world.call(approveBooking, { id }, { by, headers });

  reject = (id: string, by = this.world.handler): Promise<Reply> =>
    this.world.call(rejectBooking, { id, reasonCode: 'capacity', reason: 'For mange' }, { by });

  async details(id: string, by = this.world.handler): Promise<ApprovalDetails> {
    return (await this.world.call(getApproval, { id }, { by })).body as unknown as ApprovalDetails;
  }

  async statusOf({ id }: Pick<Booking, 'id'>): Promise<string> {
    return bodyOf(await this.world.call(getBooking, { id }, this.asHandler())).status;
  }

  /** What somebody was told about a booking, in the order of time. */
  async told({ id }: Pick<Booking, 'id'>, userId: string): Promise<string[]> {
    const text = 'SELECT event FROM digilist.notifications WHERE booking_id = $1 AND user_id = $2 ORDER BY id';
    return (await this.world.rows<{ event: string }>(text, [id, userId])).map(({ event }) => event);
  }
}
