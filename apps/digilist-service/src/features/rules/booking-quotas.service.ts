import {
  type BookingQuota,
  type BookingQuotaId,
  type BookingQuotaPage,
  type CreateBookingQuota,
  type ListBookingQuotas,
  RULE_RETIRED,
  RULES_INVALID,
  type RuleStatus,
  type UpdateBookingQuota,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import {
  expectedVersion,
  pageOfRows,
  pageStart,
  type RequestContext,
  requireOrg,
  type Tx,
  UnitOfWork,
} from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { CatchUp } from '../../platform/index.js';
import { allLanguages } from '../listings/index.js';
import {
  GET_QUOTA,
  INSERT_QUOTA,
  LIST_QUOTAS,
  LOCK_LISTINGS,
  LOCK_ORGANIZATION,
  LOCK_QUOTA,
  RAISE_LISTINGS_OF_QUOTA,
  RETIRE_QUOTA,
  UPDATE_QUOTA,
} from './booking-quotas.sql.js';
import { raiseListings } from './raised-listings.js';

interface QuotaRow extends Record<string, unknown> {
  id: string;
  quota: BookingQuota;
}

interface LockedQuota extends Record<string, unknown> {
  id: string;
  orgId: string;
  status: RuleStatus;
  version: number;
  allListings: boolean;
  /** Organizations of the listings that it names. */
  listingOrgIds: string[];
}

type Terms = Pick<CreateBookingQuota, 'name' | 'per' | 'measure' | 'most' | 'period' | 'firstDate' | 'lastDate'>;

/** How much one person or organization may have booked. */
@Injectable()
export class BookingQuotasService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly copies: CatchUp,
  ) {}

  list(ctx: RequestContext, query: ListBookingQuotas): Promise<BookingQuotaPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<QuotaRow>(LIST_QUOTAS, [
        tx.tenantId,
        tx.reach.tenant,
        tx.reach.orgIds,
        query.orgId ?? null,
        query.listingId ?? null,
        query.status ?? null,
        keys?.[0] ?? null,
        fetch,
      ]);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        ({ quota }) => quota,
      );
    });
  }

  get(ctx: RequestContext, { id }: BookingQuotaId): Promise<BookingQuota> {
    return this.work.run(ctx, (tx) => read(tx, id));
  }

  create(ctx: RequestContext, { orgId, listingIds, ...terms }: CreateBookingQuota): Promise<BookingQuota> {
    return this.copies.naming(ctx, orgId, async (tx, unknown) => {
      const [known] = await tx.query(LOCK_ORGANIZATION, [tx.tenantId, orgId]);
      if (!known) throw unknown;
      requireOrg(tx.reach, orgId);
      requireSound(terms, listingIds);
      if (listingIds) await requireListings(tx, listingIds);
      const id = uuidv7();
      await tx.query(INSERT_QUOTA, [tx.tenantId, orgId, id, termsOf(terms), listingIds ?? null, tx.actorId]);
      return this.changed(tx, 'create', { id, orgId }, terms);
    });
  }

  update(ctx: RequestContext, { id, ...terms }: UpdateBookingQuota): Promise<BookingQuota> {
    return this.work.run(ctx, async (tx) => {
      const before = await lock(tx, id, expectedVersion(ctx));
      requireSound(terms);
      await tx.query(UPDATE_QUOTA, [tx.tenantId, id, termsOf(terms), tx.actorId]);
      return this.changed(tx, 'update', before, terms);
    });
  }

  retire(ctx: RequestContext, { id }: BookingQuotaId): Promise<BookingQuota> {
    return this.work.run(ctx, async (tx) => {
      const before = await lock(tx, id, ctx.ifMatch);
      await tx.query(RETIRE_QUOTA, [tx.tenantId, id, tx.actorId]);
      return this.changed(tx, 'retire', before, {});
    });
  }

  /** Every listing it holds for has other rules from now on. */
  private async changed(
    tx: Tx,
    what: string,
    { id, orgId }: { id: string; orgId: string },
    terms: Partial<Terms>,
  ): Promise<BookingQuota> {
    const listings = await raiseListings(tx, RAISE_LISTINGS_OF_QUOTA, id);
    tx.audit({
      action: `digilist.booking-quota.${what}`,
      entity: { type: 'booking_quota', id },
      orgId,
      changes: { ...terms, listings },
    });
    return read(tx, id);
  }
}

async function read(tx: Tx, id: string): Promise<BookingQuota> {
  const [row] = await tx.query<QuotaRow>(GET_QUOTA, [tx.tenantId, tx.reach.tenant, tx.reach.orgIds, id]);
  if (!row) throw new Refusal(NOT_FOUND);
  return row.quota;
}

const termsOf = ({ name, ...terms }: Terms): string => JSON.stringify({ ...terms, name: allLanguages(name) });

/** @throws Refusal NOT_FOUND, FORBIDDEN, STALE_VERSION, RULE_RETIRED */
async function lock(tx: Tx, id: string, expected: number | null): Promise<LockedQuota> {
  const [row] = await tx.query<LockedQuota>(LOCK_QUOTA, [tx.tenantId, id]);
  if (!row) throw new Refusal(NOT_FOUND);
  for (const orgId of [row.orgId, ...row.listingOrgIds]) requireOrg(tx.reach, orgId);
  if (expected !== null && row.version !== expected)
    throw new Refusal(STALE_VERSION, { details: { version: row.version } });
  if (row.status === 'retired') throw new Refusal(RULE_RETIRED);
  if (row.allListings) await tx.query(LOCK_ORGANIZATION, [tx.tenantId, row.orgId]);
  return row;
}

/** All of them exist and lie where the caller may write. @throws Refusal NOT_FOUND, FORBIDDEN */
async function requireListings(tx: Tx, ids: readonly string[]): Promise<void> {
  const listings = await tx.query<{ id: string; orgId: string }>(LOCK_LISTINGS, [tx.tenantId, ids]);
  if (listings.length !== new Set(ids).size) throw new Refusal(NOT_FOUND);
  for (const { orgId } of listings) requireOrg(tx.reach, orgId);
}

/** @throws Refusal RULES_INVALID with all that is wrong */
function requireSound({ period, firstDate, lastDate }: Terms, listingIds?: readonly string[]): void {
  const season = period === 'season';
  const dated = firstDate !== undefined || lastDate !== undefined;
  const errors = [
    ...(season && (firstDate === undefined || lastDate === undefined)
      ? [{ path: 'firstDate', code: 'REQUIRED', message: 'A season has a first and a last date.' }]
      : []),
    ...(!season && dated ? [{ path: 'firstDate', code: 'NOT_A_SEASON', message: 'Only a season has dates.' }] : []),
    ...(firstDate !== undefined && lastDate !== undefined && firstDate > lastDate
      ? [{ path: 'lastDate', code: 'AFTER_FIRST', message: 'lastDate must not be before firstDate.' }]
      : []),
    ...(listingIds?.length === 0
      ? [{ path: 'listingIds', code: 'EMPTY', message: 'Name a listing, or leave listingIds out for all of them.' }]
      : []),
    ...(listingIds && new Set(listingIds).size !== listingIds.length
      ? [{ path: 'listingIds', code: 'UNIQUE', message: 'Name each listing once.' }]
      : []),
  ];
  if (errors.length > 0) throw new Refusal(RULES_INVALID, { errors });
}
