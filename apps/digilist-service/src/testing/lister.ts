import {
  type CreateListing,
  createListing,
  createZone,
  type PutAvailabilityRules,
  type PutBookingRules,
  type PutPricingRules,
  publishListing,
  putAvailabilityRules,
  putBookingRules,
  putPricingRules,
} from '@digilist/contracts';
import { eventually } from '@kit/testing';
import { type GrantOptions, settle, type Town } from '../platform/testing/platform-stand-in.js';
import type { DigilistWorld, Reply } from './digilist-world.js';

/** Roles of a town in which listings are managed, for foundTown(). */
export const LISTING_ROLES = {
  manager: [
    'digilist.listing.*',
    'digilist.zone.*',
    'digilist.availability-rule.*',
    'digilist.booking-rule.*',
    'digilist.pricing-rule.*',
    'digilist.quote.create',
  ],
  resident: ['digilist.quote.create'],
};

/** A user whose grant has arrived. */
export async function arrive(world: DigilistWorld, town: Town, grant: GrantOptions): Promise<string> {
  const { userId } = await settle(world.platform, town, grant);
  await eventually(async () => {
    const found = await world.rows('SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1', [userId]);
    if (found.length === 0) throw new Error('the grant is still on its way');
  });
  return userId;
}

/** Sets up listings through the operations, as a listing manager does. */
export class Lister {
  constructor(
    private readonly world: DigilistWorld,
    private readonly town: Town,
    readonly userId: string,
  ) {}

  call(operation: unknown, request: object, extra: Record<string, string> = {}): Promise<Reply> {
    return this.world.call(operation, this.town, this.userId, request, extra);
  }

  /** @throws unless it is done */
  async must<T = Record<string, unknown>>(
    operation: unknown,
    request: object,
    extra: Record<string, string> = {},
  ): Promise<T> {
    const reply = await this.call(operation, request, extra);
    if (!reply.ok) throw new Error(JSON.stringify(reply.body));
    return reply.body as T;
  }

  async listing(more: Partial<CreateListing> = {}): Promise<{ id: string; version: number }> {
    return this.must(createListing, {
      orgId: this.town.orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      name: { nb: 'Storevik idrettshall' },
      ...more,
    });
  }

  async zone(id: string, name: string, partIds: string[] = []): Promise<{ id: string; atomIds: string[] }> {
    return this.must(createZone, { id, name: { nb: name }, ...(partIds.length > 0 && { partIds }) });
  }

  private async put(operation: unknown, id: string, request: object): Promise<void> {
    const [row] = await this.world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [
      id,
    ]);
    await this.must(operation, { id, ...request }, { 'if-match': `"${row?.version}"` });
  }

  opening(id: string, rules: PutAvailabilityRules['rules']): Promise<void> {
    return this.put(putAvailabilityRules, id, { rules });
  }

  rules(id: string, rules: Partial<PutBookingRules> = {}): Promise<void> {
    const usual = {
      stepMinutes: 30,
      minDurationMinutes: 30,
      maxDurationMinutes: 1440,
      leadMinutes: 0,
      horizonDays: 1100,
    };
    return this.put(putBookingRules, id, { ...usual, ...rules });
  }

  prices(id: string, rules: PutPricingRules['rules']): Promise<void> {
    return this.put(putPricingRules, id, { rules });
  }

  /** Published, open every day from 8 to 22, 500 kroner an hour. */
  async hall(more: Partial<CreateListing> = {}): Promise<string> {
    const { id } = await this.listing(more);
    await this.opening(id, [{ kind: 'weekly', opens: '08:00', closes: '22:00' }]);
    await this.rules(id);
    await this.prices(id, [{ name: { nb: 'Timepris' }, unit: 'hour', amount: { amount: 50_000, currency: 'NOK' } }]);
    await this.must(publishListing, { id });
    return id;
  }
}
