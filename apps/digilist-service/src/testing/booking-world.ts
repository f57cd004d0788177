import { type Booking, createBooking } from '@digilist/contracts';
import type { RunningService } from '@kit/service';
import { eventually } from '@kit/testing';
import type { DynamicModule, Type } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { enrol, foundTown, settle, type Town, type TownOptions } from '../platform/testing/platform-stand-in.js';
import { DigilistWorld, type Reply } from './digilist-world.js';
import type { Hall } from './hall.js';
import { verifyClub } from './verified.js';

const ROLES = {
  resident: [
    'digilist.booking.*',
    'digilist.recurring-booking.*',
    'digilist.quote.create',
    'digilist.approval.appeal',
    'digilist.notification.read',
    'digilist.calendar-feed.*',
    'digilist.payment.create',
    'digilist.payment.read',
  ],
  caretaker: ['digilist.calendar.read'],
  handler: [
    'digilist.booking.*',
    'digilist.recurring-booking.*',
    'digilist.quote.create',
    'digilist.approval.*',
    'digilist.approval-workflow.*',
    'digilist.listing.read',
    'digilist.payment.*',
    'digilist.refund-term.*',
  ],
  manager: [
    'digilist.listing.*',
    'digilist.listing-type.*',
    'digilist.zone.*',
    'digilist.block.*',
    'digilist.booking.read',
    'digilist.booking-rule.*',
    'digilist.rule-template.*',
  ],
  reader: ['digilist.approval.read'],
  /** Sets what things cost and for whom. */
  pricer: [
    'digilist.pricing-group.*',
    'digilist.pricing-rule.*',
    'digilist.actor-pricing.*',
    'digilist.discount-code.*',
    'digilist.organization-verification.*',
    'digilist.quote.create',
  ],
  /** Leads a club. */
  leader: ['digilist.organization-verification.request', 'digilist.booking.*', 'digilist.quote.create'],
  analyst: ['digilist.report.read'],
  accountant: ['digilist.invoice.*', 'digilist.invoice-seller.*', 'digilist.booking.*'],
  treasurer: ['digilist.invoice.read', 'digilist.notification.read'],
};
const MODULES = [
  'digilist.booking',
  'digilist.listings',
  'digilist.approvals',
  'digilist.notifications',
  'digilist.calendar',
  'digilist.payments',
  'digilist.analytics',
];

type Scope = 'user' | 'org' | 'tenant';
interface Caller {
  by?: string;
  of?: Town;
  headers?: Record<string, string>;
}

/** A town whose residents book and whose handlers decide. */
export class BookingWorld {
  town!: Town;
  resident!: string;
  handler!: string;

  private constructor(
    readonly digilist: DigilistWorld,
    readonly service: RunningService,
  ) {}

  static async open(features: (Type | DynamicModule)[]): Promise<BookingWorld> {
    const digilist = await DigilistWorld.open();
    const world = new BookingWorld(digilist, await digilist.start(features));
    world.town = await world.newTown();
    await verifyClub(digilist, world.town);
    world.resident = await world.person('resident', 'user');
    world.handler = await world.person('handler', 'tenant');
    return world;
  }

  newTown(options: TownOptions = {}): Promise<Town> {
    const limits = { 'digilist.bookings': null };
    return foundTown(this.digilist.platform, { roles: ROLES, modules: MODULES, limits, ...options });
  }

  /** Somebody DIGILIST has heard of, with what they may do. */
  async person(role: keyof typeof ROLES, scope: Scope, { orgId, of = this.town }: { orgId?: string; of?: Town } = {}) {
    const { userId } = await settle(this.digilist.platform, of, { role, scope, ...(orgId && { orgId }) });
    await eventually(async () => {
      const known = await this.rows(
        `SELECT FROM digilist.platform_user_roles g JOIN digilist.platform_users u ON u.id = g.user_id WHERE u.id = $1`,
        [userId],
      );
      if (known.length !== 1) throw new Error('not projected yet');
    });
    return userId;
  }

  /** Makes somebody a member. Answers how to end it. */
  async member(userId: string, orgId: string): Promise<() => Promise<void>> {
    const membership = { id: uuidv7(), userId, orgId };
    const set = async (version: number, status: string) => {
      await enrol(this.digilist.platform, this.town, membership, { version, status });
      await eventually(async () => {
        const text = 'SELECT FROM digilist.platform_memberships WHERE id = $1 AND status = $2';
        if ((await this.rows(text, [membership.id, status])).length !== 1) throw new Error('not projected yet');
      });
    };
    await set(1, 'active');
    return () => set(2, 'ended');
  }

  call(operation: unknown, request: object, { by = this.resident, of = this.town, headers = {} }: Caller = {}) {
    return this.digilist.call(operation, of, by, request, headers);
  }

  book(hall: Hall, change: object = {}, caller: Caller = {}): Promise<Reply> {
    const request = {
      listingId: hall.listingId,
      startsAt: day(0, 10),
      endsAt: day(0, 12),
      termsVersion: '1',
      ...change,
    };
    return this.call(createBooking, request, caller);
  }

  rows<Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.digilist.rows<Row>(text, values);
  }

  close(): Promise<void> {
    return this.digilist.close();
  }
}

/** An hour of the n-th day from a week ahead. */
export const day = (n: number, hour = 10): string => {
  const midnight = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
  return new Date(midnight + (7 + n) * 86_400_000 + hour * 3_600_000).toISOString();
};

export const bodyOf = (reply: Reply) => reply.body as unknown as Booking;
export const detailsOf = (reply: Reply) => reply.body.details as Record<string, unknown>;
