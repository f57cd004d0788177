import {
  type Alternatives,
  type ExplainAvailability,
  type Explanation,
  LISTING_NOT_BOOKABLE,
  SLOT_CONFLICT,
} from '@digilist/contracts';
import { FORBIDDEN, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Behalf, requireBehalf, requireUnrestricted } from '../../platform/index.js';
import {
  acceptedTerms,
  Conflicts,
  groundOf,
  holdRefusal,
  inTheWay,
  priceAt,
  type Span,
  spanOf,
  usableHold,
} from '../bookings/index.js';
import { spansOf } from '../calendar/index.js';
import {
  claimsOf,
  dateOf,
  isBookable,
  isoOf,
  type ListingReference,
  maySeeWho,
  minuteFloor,
  type Place,
  type ReferenceZone,
  readPlace,
  requireQuantity,
  requireVisible,
  requireZone,
  whyNotBookable,
} from '../listings/index.js';
import { type BookerFacts, bookerFacts, checkRules, type RuleWish } from '../rules/index.js';
import { type Obstacle, obstaclesTo } from './domain/occupation.js';
import { type OccupantRow, READ_OCCUPANTS } from './explain.sql.js';
import { otherPlaces } from './other-places.js';
import { Reasons } from './reasons.js';

const BOOK = 'digilist.booking.create';
const DEFAULT_GROUP = 'private';

/** Whoever asks, when signed in: what a booking would find out about them. */
interface Actor {
  readonly userId: string;
  readonly behalf: Behalf | null;
  readonly facts: BookerFacts | null;
}

/** Says whether a booking would succeed now. It takes the same steps as placing one, and stops at none of them. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly conflicts: Conflicts,
  ) {}

  explain(ctx: RequestContext, request: ExplainAvailability): Promise<Explanation> {
    return this.work.run(ctx, async (tx) => {
      const place = await readPlace(tx, request.listingId, request.discountCode ?? null);
      if (!place) throw new Refusal(NOT_FOUND);
      const { listing } = place;
      await requireVisible(tx, listing);
      const span = spanOf(request, listing);
      const reasons = new Reasons(ctx.locale);
      if (!isBookable(listing))
        reasons.refused(new Refusal(LISTING_NOT_BOOKABLE, { details: whyNotBookable(listing) }));

      const zone = await reasons.of(() => requireZone(listing, request.zoneId), 'zoneId');
      const { quantity = 1, pricingGroup = DEFAULT_GROUP } = request;
      if (zone) await reasons.of(() => requireQuantity(listing, zone, quantity), 'quantity');
      if (request.termsVersion !== undefined)
        await reasons.of(() => acceptedTerms(listing, request.termsVersion), 'termsVersion');
      const actor = await this.actor(tx, ctx, request, listing, span, reasons);
      const wish: RuleWish = { ...span, behalf: actor?.behalf ?? null, pricingGroup };
      reasons.broken(checkRules(listing, wish, actor?.facts ?? null, minuteFloor(tx.now)), listing.timezone);
      await this.price(place, zone, request, actor, span, reasons);
      const heldIds = zone && actor ? await this.hold(tx, request, zone, actor, reasons) : null;
      if (zone) await this.calendar(tx, ctx, { listing, zone, quantity, ...span }, heldIds, reasons);

      const bookable = reasons.all.length === 0;
      const nothing: Alternatives = { times: [], zones: [], listings: [] };
      const alternatives =
        bookable || !zone ? nothing : await this.alternatives(tx, { listing, zone, quantity, ...span }, wish);
      return {
        bookable,
        listingId: listing.id,
        zoneId: zone?.id ?? null,
        startsAt: isoOf(span.from),
        endsAt: isoOf(span.until),
        reasons: reasons.all,
        alternatives,
      };
    });
  }

  /** Null: nobody is signed in, so nothing is said about persons. */
  private async actor(
    tx: Tx,
    ctx: RequestContext,
    request: ExplainAvailability,
    listing: ListingReference,
    span: Span,
    reasons: Reasons,
  ): Promise<Actor | null> {
    if (ctx.principal.kind !== 'user') return null;
    const { userId } = ctx.principal;
    const reach = await tx.reachOf(BOOK);
    if (reach.empty) reasons.refused(new Refusal(FORBIDDEN));
    await reasons.of(() => requireUnrestricted(tx, userId));
    const { onBehalfOfOrgId = null } = request;
    const behalf = await reasons.of(() => requireBehalf(tx, userId, onBehalfOfOrgId, reach), 'onBehalfOfOrgId');
    // For whom it would be is not known where the organization was refused.
    const facts =
      onBehalfOfOrgId !== null && !behalf ? null : await bookerFacts(tx, listing, { userId, behalf }, [span]);
    return { userId, behalf, facts };
  }

  private async price(
    place: Place,
    zone: ReferenceZone | null,
    request: ExplainAvailability,
    actor: Actor | null,
    span: Span,
    reasons: Reasons,
  ): Promise<void> {
    // What cannot be booked at all has no price; who is not signed in cannot prove to belong to a group.
    if (!zone || reasons.has('QUANTITY_INVALID')) return;
    const group = place.groups.get(request.pricingGroup ?? DEFAULT_GROUP);
    if (!actor && group && group.verification !== 'none') return;
    await reasons.of(() => {
      const { termsVersion: _, ...wish } = request;
      return priceAt(groundOf({ ...wish, draft: true }, place, actor?.behalf ?? null), span);
    });
  }

  /** The hold whose time counts as free. */
  private async hold(
    tx: Tx,
    { holdId }: ExplainAvailability,
    zone: ReferenceZone,
    { userId }: Actor,
    reasons: Reasons,
  ): Promise<string | null> {
    if (holdId === undefined) return null;
    const usable = await usableHold(tx, holdId, userId, zone.id);
    if (!usable) reasons.refused(await holdRefusal(tx, holdId, userId), 'holdId');
    return usable ? holdId : null;
  }

  private async calendar(
    tx: Tx,
    ctx: RequestContext,
    {
      listing,
      zone,
      quantity,
      from,
      until,
    }: { listing: ListingReference; zone: ReferenceZone; quantity: number } & Span,
    holdId: string | null,
    reasons: Reasons,
  ): Promise<void> {
    const claims = claimsOf(listing, zone, quantity);
    const occupants = await tx.query<OccupantRow>(READ_OCCUPANTS, [
      tx.tenantId,
      claims.map(({ atomId }) => atomId),
      dateOf(from - Math.max(0, ...claims.map(({ bufferBeforeMinutes }) => bufferBeforeMinutes))),
      dateOf(until + Math.max(0, ...claims.map(({ bufferAfterMinutes }) => bufferAfterMinutes))),
      holdId,
    ]);
    // More than there are is said already.
    const obstacles = obstaclesTo(claims, quantity, occupants, { from, until }).filter(
      ({ reason }) => reason === 'occupied' || !reasons.has('QUANTITY_INVALID'),
    );
    if (obstacles.length === 0) return;
    const seesWho = ctx.principal.kind === 'user' && (await maySeeWho(tx, listing));
    for (const obstacle of obstacles) {
      const { reason, atoms, left } = obstacle;
      const details = {
        reason,
        ...inTheWay(listing, atoms),
        busy: seesWho ? whoIsThere(obstacle) : whenItIsBusy(obstacle),
        ...(left !== null && { left }),
      };
      reasons.refused(new Refusal(SLOT_CONFLICT, { details }), 'startsAt');
    }
  }

  private async alternatives(
    tx: Tx,
    wanted: { listing: ListingReference; zone: ReferenceZone; quantity: number } & Span,
    wish: RuleWish,
  ): Promise<Alternatives> {
    const { listing } = wanted;
    const now = minuteFloor(tx.now);
    const times = await this.conflicts.alternatives(tx, wanted);
    const keepsRules = ({ startsAt, endsAt }: { startsAt: string; endsAt: string }) => {
      const [from, until] = [minuteFloor(Date.parse(startsAt)), minuteFloor(Date.parse(endsAt))];
      return checkRules(listing, { ...wish, from, until }, null, now).length === 0;
    };
    return { times: times.filter(keepsRules), ...(await otherPlaces(tx, wanted, wish)) };
  }
}

/** Only when: one span for all that is there together. */
function whenItIsBusy({ occupants }: Obstacle) {
  const spans = spansOf(occupants.map(({ from, until }) => [from, until] as const));
  return Array.from({ length: spans.length / 2 }, (_, at) => ({
    startsAt: isoOf(spans[2 * at] as number),
    endsAt: isoOf(spans[2 * at + 1] as number),
  }));
}

const whoIsThere = ({ occupants }: Obstacle) =>
  occupants.map(({ atomId: _, from, until, ...who }) => ({ startsAt: isoOf(from), endsAt: isoOf(until), ...who }));
