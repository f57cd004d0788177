import {
  type CreateListing,
  LISTING_INVALID_STATE,
  LISTING_INVALID_TYPE,
  LISTING_NOT_READY,
  type Listing,
  type ListingId,
  type ListingStatus,
  listingArchived,
  listingCreated,
  listingMaintenanceStarted,
  listingPublished,
  type UpdateListing,
  WORKFLOW_UNKNOWN,
} from '@digilist/contracts';
import { Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { CatchUp, requireRoom } from '../../platform/index.js';
import { isTimeZone } from './domain/clock.js';
import { isCounted, mayBecome, missingToPublish } from './domain/lifecycle.js';
import { changeListing, lockListing } from './listing-access.js';
import { listingColumns } from './listings.mapper.js';
import {
  COUNT_FOR_PUBLISHING,
  COUNT_LISTINGS,
  INSERT_LISTING,
  RAISE_VERSION,
  READ_LISTING_GROUND,
  SET_LISTING_STATUS,
  UPDATE_LISTING,
  WORKFLOW_HOLDS_FOR,
} from './listings.sql.js';

interface Ground extends Record<string, unknown> {
  organization: boolean;
  models: string[] | null;
}

const STATUS_FACTS = {
  published: listingPublished,
  maintenance: listingMaintenanceStarted,
  archived: listingArchived,
} as const;

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
      const { listing } = await tx.one<{ listing: Listing }>(INSERT_LISTING, insertValues(tx, id, request));
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
      await requireWorkflow(tx, request.approvalWorkflowId, row.orgId, id);
      const columns = JSON.stringify(listingColumns(request));
      const { listing } = await tx.one<{ listing: Listing }>(UPDATE_LISTING, [tx.tenantId, id, columns]);
      return listing;
    });
  }

  publish(ctx: RequestContext, { id }: ListingId): Promise<Listing> {
    return this.become(ctx, id, 'published');
  }

  maintain(ctx: RequestContext, { id }: ListingId): Promise<Listing> {
    return this.become(ctx, id, 'maintenance');
  }

  archive(ctx: RequestContext, { id }: ListingId): Promise<Listing> {
    return this.become(ctx, id, 'archived');
  }

  private become(ctx: RequestContext, id: string, to: Exclude<ListingStatus, 'draft'>): Promise<Listing> {
    return this.work.run(ctx, async (tx) => {
      const row = await lockListing(tx, id, ctx.ifMatch);
      const { status: from, orgId, paymentPolicy } = row;
      if (!mayBecome(from, to)) throw new Refusal(LISTING_INVALID_STATE, { details: { status: from } });
      if (to === 'published') {
        const counts = await tx.one<{ openingRules: number; prices: number; activeZones: number }>(
          COUNT_FOR_PUBLISHING,
          [tx.tenantId, orgId, id],
        );
        const missing = missingToPublish({ paymentPolicy, ...counts });
        if (missing.length > 0) throw new Refusal(LISTING_NOT_READY, { details: { missing } });
      }
      await tx.query(RAISE_VERSION, [tx.tenantId, id, tx.actorId]);
      const { listing } = await tx.one<{ listing: Listing }>(SET_LISTING_STATUS, [tx.tenantId, id, to]);
      tx.emit(STATUS_FACTS[to], { id, version: listing.version, data: { listingId: id, orgId, from, to } });
      tx.audit({
        action: `digilist.listing.${VERBS[to]}`,
        entity: { type: 'listing', id },
        orgId,
        changes: { from, to },
      });
      return listing;
    });
  }
}

/** Audit records name what was done, as the permissions do. */
const VERBS = { published: 'publish', maintenance: 'maintain', archived: 'archive' } as const;

async function requireGround(
  tx: Tx,
  { orgId, type, bookingModel, stock, slotMinutes, timezone }: CreateListing,
  organizationUnknown: Error,
): Promise<void> {
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

function insertValues(tx: Tx, id: string, request: CreateListing): unknown[] {
  const columns = listingColumns(request);
  const value = (column: string, fallback: unknown = null) => columns[column] ?? fallback;
  const counted = isCounted(request.bookingModel);
  return [
    tx.tenantId,
    id,
    request.orgId,
    request.type,
    request.bookingModel,
    value('name'),
    value('description', {}),
    value('street'),
    value('postal_code'),
    value('city'),
    value('municipality_code'),
    value('latitude'),
    value('longitude'),
    value('capacity'),
    value('area_m2'),
    request.timezone ?? 'Europe/Oslo',
    value('payment_policy', 'INVOICE'),
    value('approval_workflow_id'),
    value('terms_version'),
    value('terms'),
    value('buffer_before_minutes', 0),
    value('buffer_after_minutes', 0),
    value('slot_minutes'),
    tx.actorId,
    !counted,
    counted ? (request.stock ?? request.capacity ?? 1) : 1,
  ];
}
