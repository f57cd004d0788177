import {
  DEFAULT_REFUND_LADDER,
  type ListingId,
  type PutListingRefundTerms,
  type PutRefundTerms,
  type RefundStep,
  type RefundTerms,
} from '@digilist/contracts';
import { FORBIDDEN, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { changeListing, requireListing } from '../../listings/index.js';
import { raiseListings } from '../../rules/index.js';
import { ladderProblems } from '../domain/refund-ladder.js';
import { PUT_TERMS, RAISE_LISTINGS_OF_TERMS, READ_TERMS, type TermsRow } from './refund-terms.sql.js';

/** How much of what was paid is given back by when. What is booked keeps what was agreed then. */
@Injectable()
export class RefundTermsService {
  constructor(private readonly work: UnitOfWork) {}

  ofTenant(ctx: RequestContext): Promise<RefundTerms> {
    return this.work.run(ctx, (tx) => termsOfTenant(tx));
  }

  putOfTenant(ctx: RequestContext, { steps }: PutRefundTerms): Promise<RefundTerms> {
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      requireLadder(steps);
      const before = await termsOfTenant(tx);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const values = [tx.tenantId, null, null, JSON.stringify(steps), 'active', tx.actorId, before.version];
      const [put] = await tx.query<{ version: number }>(PUT_TERMS, values);
      if (!put) throw new Refusal(STALE_VERSION);
      // What listings are remembered by says their terms.
      const listings = await raiseListings(tx, RAISE_LISTINGS_OF_TERMS, null, 'refund_terms');
      tx.audit({
        action: 'digilist.refund-term.update',
        entity: { type: 'tenant', id: tx.tenantId },
        changes: { from: before.steps, to: steps, listings },
      });
      return { steps, inherited: false, version: put.version };
    });
  }

  ofListing(ctx: RequestContext, { id }: ListingId): Promise<RefundTerms> {
    return this.work.run(ctx, async (tx) => {
      const { version } = await requireListing(tx, id);
      return termsOfListing(tx, id, version);
    });
  }

  putOfListing(ctx: RequestContext, { id, steps }: PutListingRefundTerms): Promise<RefundTerms> {
    return this.work.run(ctx, async (tx) => {
      requireLadder(steps ?? []);
      const action = 'digilist.refund-term.update';
      const { orgId, version } = await changeListing(tx, id, expectedVersion(ctx), 'refund_terms', action);
      const status = steps === null ? 'retired' : 'active';
      await tx.query(PUT_TERMS, [tx.tenantId, orgId, id, JSON.stringify(steps ?? []), status, tx.actorId, null]);
      return termsOfListing(tx, id, version);
    });
  }
}

/** @throws Refusal VALIDATION_FAILED */
function requireLadder(steps: readonly RefundStep[]): void {
  const errors = ladderProblems(steps);
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}

async function termsOfTenant(tx: Tx): Promise<RefundTerms> {
  const [row] = await tx.query<TermsRow>(READ_TERMS, [tx.tenantId, null]);
  if (!row) return { steps: [...DEFAULT_REFUND_LADDER], inherited: true, version: 0 };
  return { steps: row.steps, inherited: false, version: row.version };
}

async function termsOfListing(tx: Tx, id: string, version: number): Promise<RefundTerms> {
  const [row] = await tx.query<TermsRow>(READ_TERMS, [tx.tenantId, id]);
  if (row?.status === 'active') return { steps: row.steps, inherited: false, version };
  const { steps } = await termsOfTenant(tx);
  return { steps, inherited: true, version };
}
