import {
  type CreateListing,
  LISTING_INVALID_TYPE,
  LISTING_NOT_READY,
  type Listing,
  type ListingId,
  type ListingType,
  listingCreated,
  SLUG_TAKEN,
  type UpdateListing,
  type UpdateListingType,
  WORKFLOW_UNKNOWN,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { CatchUp, requireRoom } from '../../platform/index.js';
import { isTimeZone } from './domain/clock.js';
import { isCounted, missingToPublish } from './domain/lifecycle.js';
import { slugOf } from './domain/slug.js';
import { changeListing, lockListing } from './listing-access.js';
import { listingStatus, requireTransition } from './listing-status.js';
import { listingColumns } from './listings.mapper.js';
import {
  COUNT_FOR_PUBLISHING,
  COUNT_LISTINGS,
  GET_LISTING_TYPE,
  INSERT_LISTING,
  READ_LISTING_GROUND,
  UPDATE_LISTING,
  UPDATE_LISTING_TYPE,
  WORKFLOW_HOLDS_FOR,
} from './listings.sql.js';

interface Ground extends Record<string, unknown> {
  organization: boolean;
  models: string[] | null;
}

/** What a listing is like unless the request says so. */
const DEFAULTS = {
  description: {},
  accessibility: [],
  payment_policy: 'INVOICE',
  buffer_before_minutes: 0,
  buffer_after_minutes: 0,
};

@Injectable()
export class ListingsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly copies: CatchUp,
  ) {}

  create(ctx: RequestContext, request: CreateListing): Promise<Listing> {
    return this.copies.naming(ctx, request.orgId, async (tx, organizationUnknown) => {
      requireOrg(tx.reach, request.orgId);
      await requireGround(tx, request, organizationUnknown);
      await requireWorkflow(tx, request.approvalWorkflowId, request.orgId, null);
      await requireRoom(tx, 'digilist.listings', COUNT_LISTINGS);
      const id = uuidv7();
      const listing = await insert(tx, id, request);
      const { orgId, type } = request;
      tx.emit(listingCreated, { id, version: listing.version, data: { listingId: id, orgId, type } });
      tx.audit({ action: 'digilist.listing.create', entity: { type: 'listing', id }, orgId, changes: { type } });
      return listing;
    });
  }

  update(ctx: RequestContext, request: UpdateListing): Promise<Listing> {
    return this.work.run(ctx, async (tx) => {
      const { id, type, bookingModel } = request;
      const row = await changeListing(tx, id, expectedVersion(ctx), 'details', 'digilist.listing.update');
      if ((type ?? row.type) !== row.type || (bookingModel ?? row.bookingModel) !== row.bookingModel) {
        throw new Refusal(LISTING_INVALID_TYPE, {
          detail: 'The type and the booking model of a listing never change.',
        });
      }
      requireSlotLength(row.bookingModel, request.slotMinutes);
      requireStayTimes(row.bookingModel, request);
      await requireWorkflow(tx, request.approvalWorkflowId, row.orgId, id);
      const columns = JSON.stringify(listingColumns(request));
      const updated = tx.one<{ listing: Listing }>(UPDATE_LISTING, [tx.tenantId, id, columns]);
      return (await updated.catch(refuseTakenSlug)).listing;
    });
  }

  publish(ctx: RequestContext, { id }: ListingId): Promise<Listing> {
    return this.work.run(ctx, async (tx) => {
      const row = await lockListing(tx, id, ctx.ifMatch);
      requireTransition(row, 'published');
      const { orgId, paymentPolicy } = row;
      const counts = await tx.one<{ openingRules: number; prices: number; activeZones: number }>(COUNT_FOR_PUBLISHING, [
        tx.tenantId,
        orgId,
        id,
      ]);
      const missing = missingToPublish({ paymentPolicy, ...counts });
      if (missing.length > 0) throw new Refusal(LISTING_NOT_READY, { details: { missing } });
      return listingStatus(tx, row, 'published');
    });
  }

  /** Listings that are there keep their model. */
  updateType(ctx: RequestContext, { id, models }: UpdateListingType): Promise<ListingType> {
    return this.work.run(ctx, async (tx) => {
      requireOrg(tx.reach, null);
      if (models.length === 0 || new Set(models).size !== models.length) {
        const errors = [{ path: 'models', code: 'DISTINCT', message: 'models must name at least one, and none twice' }];
        throw new Refusal(VALIDATION_FAILED, { errors });
      }
      const values = [tx.tenantId, id, expectedVersion(ctx), models, tx.actorId];
      const [type] = await tx.query<ListingType & Record<string, unknown>>(UPDATE_LISTING_TYPE, values);
      if (!type) {
        const [present] = await tx.query<{ version: number }>(GET_LISTING_TYPE, [tx.tenantId, id]);
        throw present ? new Refusal(STALE_VERSION, { details: present }) : new Refusal(NOT_FOUND);
      }
      tx.audit({ action: 'digilist.listing-type.update', entity: { type: 'listing_type', id }, changes: { models } });
      return type;
    });
  }
}

/** A slug that nobody asked for gives way to those that are there. @throws Refusal SLUG_TAKEN */
async function insert(tx: Tx, id: string, request: CreateListing): Promise<Listing> {
  const own = slugOf(request.name.nb);
  const slugs = request.slug === undefined ? [own, `${own}-${id.slice(-6)}`] : [request.slug];
  for (const slug of slugs) {
    const values = insertValues(tx, id, { ...request, slug });
    const [inserted] = await tx.query<{ listing: Listing }>(INSERT_LISTING, values);
    if (inserted) return inserted.listing;
  }
  throw new Refusal(SLUG_TAKEN);
}

/** @throws Refusal SLUG_TAKEN */
function refuseTakenSlug(error: Error & { constraint?: string }): never {
  throw error.constraint === 'listings_slug' ? new Refusal(SLUG_TAKEN) : error;
}

async function requireGround(tx: Tx, request: CreateListing, organizationUnknown: Error): Promise<void> {
  const { orgId, type, bookingModel, stock, slotMinutes, timezone } = request;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    const errors = [{ path: 'timezone', code: 'TIME_ZONE', message: 'timezone must be an IANA zone' }];
    throw new Refusal(VALIDATION_FAILED, { errors });
  }
  const ground = await tx.one<Ground>(READ_LISTING_GROUND, [tx.tenantId, orgId, type]);
  if (!ground.organization) throw organizationUnknown;
  if (!ground.models?.includes(bookingModel)) {
    throw new Refusal(LISTING_INVALID_TYPE, { details: { type, allowed: ground.models ?? [] } });
  }
  if (stock !== undefined && !isCounted(bookingModel)) {
    throw new Refusal(LISTING_INVALID_TYPE, { detail: 'Only QUANTITY and CAPACITY have a stock.' });
  }
  requireSlotLength(bookingModel, slotMinutes ?? null);
  requireStayTimes(bookingModel, request);
}

/** @throws Refusal WORKFLOW_UNKNOWN unless it holds for the organization, or for this very listing */
async function requireWorkflow(
  tx: Tx,
  workflowId: string | null | undefined,
  orgId: string,
  listingId: string | null,
): Promise<void> {
  if (workflowId === undefined || workflowId === null) return;
  const { holds } = await tx.one<{ holds: boolean }>(WORKFLOW_HOLDS_FOR, [tx.tenantId, workflowId, orgId, listingId]);
  if (!holds) throw new Refusal(WORKFLOW_UNKNOWN);
}

function requireSlotLength(bookingModel: string, slotMinutes: number | null | undefined): void {
  if (bookingModel !== 'SLOT' || slotMinutes !== null) return;
  const errors = [{ path: 'slotMinutes', code: 'REQUIRED', message: 'slotMinutes is needed for the model SLOT' }];
  throw new Refusal(VALIDATION_FAILED, { errors });
}

/** @throws Refusal LISTING_INVALID_TYPE, VALIDATION_FAILED */
function requireStayTimes(
  bookingModel: string,
  { checkInTime, checkOutTime }: Pick<UpdateListing, 'checkInTime' | 'checkOutTime'>,
): void {
  if ((checkInTime ?? checkOutTime ?? null) === null) return;
  if (bookingModel !== 'ALL_DAY')
    throw new Refusal(LISTING_INVALID_TYPE, {
      detail: 'Only listings of the model ALL_DAY have check-in and check-out.',
    });
  const errors = [
    ...(checkInTime === '24:00' ? [{ path: 'checkInTime', code: 'BEFORE_MIDNIGHT', message: 'Write 00:00.' }] : []),
    ...(checkOutTime === '00:00' ? [{ path: 'checkOutTime', code: 'AFTER_MIDNIGHT', message: 'Write 24:00.' }] : []),
  ];
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}

function insertValues(tx: Tx, id: string, request: CreateListing): unknown[] {
  const { orgId, type, bookingModel, timezone = 'Europe/Oslo', stock, capacity } = request;
  const counted = isCounted(bookingModel);
  return [
    tx.tenantId,
    id,
    orgId,
    type,
    bookingModel,
    timezone,
    tx.actorId,
    JSON.stringify({ ...DEFAULTS, ...listingColumns(request) }),
    !counted,
    counted ? (stock ?? capacity ?? 1) : 1,
  ];
}
