import type { NotificationEvent } from '@digilist/contracts';
import { jobOrigin, type RunningService, UnitOfWork } from '@kit/service';
import { eventually, type MailCatcher } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, settle, type Town, type TownOptions } from '../../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../../testing/digilist-world.js';
import type { AboutBooking } from '../domain/render.js';
import { type Notice, NotificationsService } from '../notifications.service.js';

const ROLES = {
  resident: ['digilist.notification.*'],
  administrator: ['digilist.notification.*', 'digilist.notification-template.*', 'digilist.listing.update'],
};

export interface Delivery extends Record<string, unknown> {
  id: string;
  channel: string;
  status: string;
  skip_reason: string | null;
  attempts: number;
  message_id: string | null;
  last_error: string | null;
  sent_at: Date | null;
}

const name = (text: string) => ({ nb: text, nn: text, en: text });

/** A town whose people are told things, by processes that compete for what is to be sent, as in production. */
export class Telling {
  town!: Town;

  private constructor(
    readonly world: DigilistWorld,
    readonly mail: MailCatcher,
    readonly services: RunningService[],
  ) {}

  static async open({ processes = 1, environment = {} }: { processes?: number; environment?: object } = {}) {
    const world = await DigilistWorld.open({ mail: true, environment });
    world.excuse(
      'a booking that holds its time has it, and any other has none',
      'the history of a booking ends in its status and has no gap',
    );
    const services = await Promise.all(Array.from({ length: processes }, () => world.start()));
    const telling = new Telling(world, world.mail as MailCatcher, services);
    telling.town = await telling.newTown();
    return telling;
  }

  newTown(options: TownOptions = {}): Promise<Town> {
    return foundTown(this.world.platform, { roles: ROLES, ...options });
  }

  async person(role: keyof typeof ROLES = 'resident', of = this.town, person: object = {}) {
    const email = `${uuidv7()}@example.no`;
    const scope = role === 'resident' ? 'user' : 'tenant';
    const { userId } = await settle(this.world.platform, of, { role, scope }, { email, ...person });
    await eventually(async () => {
      const granted = await this.world.rows('SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1', [userId]);
      if (granted.length !== 1) throw new Error('not projected yet');
    });
    return { userId, email };
  }

  /** A booking's row alone, without what it would need to be booked: only its key is referred to here. */
  async bookingOf(userId: string, of = this.town): Promise<string> {
    const id = uuidv7();
    await this.world.rows(
      `WITH unchecked AS (SELECT set_config('session_replication_role', 'replica', true))
       INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at,
         timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
       SELECT $1, $2, $3, $3, $3, $4, 'confirmed', 'FREE', now(), now() + interval '1 hour', 'Europe/Oslo', 'private', 0, 0, 0, '[]', $4, $4
       FROM unchecked`,
      [of.tenantId, id, of.orgId, userId],
    );
    return id;
  }

  async noticeFor(
    userId: string,
    { of = this.town, event = 'booking.confirmed' as NotificationEvent, eventId = uuidv7() } = {},
  ): Promise<AboutBooking & Pick<Notice, 'event' | 'eventId' | 'recipientId'>> {
    return {
      event,
      eventId,
      recipientId: userId,
      bookingId: await this.bookingOf(userId, of),
      listingName: name('Storevik idrettshall'),
      zoneName: name('Bane 1'),
      startsAt: new Date('2026-12-01T17:00:00Z'),
      endsAt: new Date('2026-12-01T19:00:00Z'),
      timeZone: 'Europe/Oslo',
      total: { amount: 60000, currency: 'NOK' },
    };
  }

  /** Tells as a use case does, in a transaction of its own. */
  async tell(notices: Notice | readonly Notice[], { of = this.town, fail = false, through = 0 } = {}): Promise<void> {
    const { app } = this.services[through] as RunningService;
    await app.get(UnitOfWork).runAs(jobOrigin(of.tenantId, 'test'), async (tx) => {
      await app.get(NotificationsService).notifyAll(tx, [notices].flat() as Notice[]);
      if (fail) throw new Error('the use case fails after it has notified');
    });
  }

  deliveriesTo(recipient: string): Promise<Delivery[]> {
    return this.world.rows<Delivery>(
      'SELECT * FROM digilist.notification_deliveries WHERE recipient = $1 ORDER BY id',
      [recipient],
    );
  }

  deliveriesOf(userId: string): Promise<Delivery[]> {
    return this.world.rows<Delivery>(
      `SELECT delivery.* FROM digilist.notification_deliveries delivery
       JOIN digilist.notifications notification ON notification.id = delivery.notification_id
       WHERE notification.user_id = $1 ORDER BY delivery.channel, delivery.id`,
      [userId],
    );
  }

  makeDue(recipient: string) {
    return this.world.rows(
      "UPDATE digilist.notification_deliveries SET next_attempt_at = now() - interval '1 second' WHERE recipient = $1",
      [recipient],
    );
  }

  call(
    operation: unknown,
    userId: string | null,
    request: object = {},
    { of = this.town, ifMatch = null as number | null } = {},
  ) {
    const headers: Record<string, string> = ifMatch === null ? {} : { 'if-match': `"${ifMatch}"` };
    return this.world.call(operation, of, userId, request, headers);
  }
}
