import type { RunningService } from '@kit/service';
import type { DynamicModule, Type } from '@nestjs/common';
import { foundTown, type Town } from '../platform/testing/platform-stand-in.js';
import { DigilistWorld, type Reply } from './digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from './lister.js';

/** A town in which listings are managed and booked: for specs of what can be booked when, and why not. */
export class PlacingWorld {
  private constructor(
    readonly world: DigilistWorld,
    readonly service: RunningService,
    readonly town: Town,
    readonly manager: Lister,
    /** Somebody who books. */
    readonly kari: string,
    /** Somebody else. */
    readonly ola: string,
    /** Somebody who may see who occupies a time, and block it. */
    readonly caretaker: string,
  ) {}

  static async open(features: (Type | DynamicModule)[]): Promise<PlacingWorld> {
    const world = await DigilistWorld.open();
    const service = await world.start(features);
    const town = await foundTown(world.platform, {
      roles: {
        ...LISTING_ROLES,
        booker: ['digilist.booking.*', 'digilist.quote.create'],
        caretaker: ['digilist.calendar.read', 'digilist.block.*'],
      },
      limits: { 'digilist.bookings': null },
    });
    const [manager, kari, ola, caretaker] = await Promise.all([
      arrive(world, town, { role: 'manager', scope: 'tenant' }),
      arrive(world, town, { role: 'booker', scope: 'user' }),
      arrive(world, town, { role: 'booker', scope: 'user' }),
      arrive(world, town, { role: 'caretaker', scope: 'org', orgId: town.orgId }),
    ]);
    return new PlacingWorld(world, service, town, new Lister(world, town, manager), kari, ola, caretaker);
  }

  as(userId: string | null, operation: unknown, request: object, headers: Record<string, string> = {}): Promise<Reply> {
    const named = userId === null ? { 'x-tenant': this.town.slug, ...headers } : headers;
    return this.world.call(operation, this.town, userId, request, named);
  }
}

const MS_A_DAY = 86_400_000;

/** A Tuesday in the second half of January a year ahead or so: far from any change of the clock, in winter time. */
export const TUESDAY = (() => {
  const day = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 15));
  while (day.getUTCDay() !== 2) day.setTime(day.getTime() + MS_A_DAY);
  return day.toISOString().slice(0, 10);
})();

/** A time of the Tuesday, or of a day after it, in Oslo. */
export const on = (time: string, days = 0): string => {
  const date = new Date(Date.parse(TUESDAY) + days * MS_A_DAY).toISOString().slice(0, 10);
  return `${date}T${time}:00+01:00`;
};
export const utc = (text: string): string => new Date(text).toISOString();
