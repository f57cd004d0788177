import {
  type CreateDiscountCode,
  DISCOUNT_CODE_RULES_INVALID,
  DISCOUNT_CODE_TAKEN,
  type DiscountCode,
  type DiscountCodeId,
  type DiscountCodePage,
  discountCodeChanged,
  discountCodeCreated,
  type ListDiscountCodes,
  type UpdateDiscountCode,
} from '@digilist/contracts';
import { type FieldError, Refusal } from '@kit/contracts';
import { expectedVersion, pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireTenant, requireVersion } from '../../../platform/index.js';
import { discountProblems } from '../domain/discount-rules.js';
import {
  GET_DISCOUNT_CODE,
  INSERT_DISCOUNT_CODE,
  LIST_DISCOUNT_CODES,
  LOCK_DISCOUNT_CODE,
  PUT_CODE_LISTINGS,
  UNKNOWN_TO_CODES,
  UPDATE_DISCOUNT_CODE,
} from './discounts.sql.js';

type CodeRow = DiscountCode & Record<string, unknown>;
type Terms = Omit<DiscountCode, 'id' | 'version'>;

const UNLIMITED = {
  maxUses: null,
  maxUsesPerPerson: null,
  validFrom: null,
  validUntil: null,
  minimumAmount: null,
  listingIds: [],
  pricingGroups: [],
};

/** Codes of the whole tenant. Who placed a booking has used one: see the statement that places it. */
@Injectable()
export class DiscountsService {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListDiscountCodes): Promise<DiscountCodePage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const values = [tx.tenantId, query.status ?? 'active', keys?.[0] ?? null, fetch];
      const rows = await tx.query<CodeRow>(LIST_DISCOUNT_CODES, values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  get(ctx: RequestContext, { id }: DiscountCodeId): Promise<DiscountCode> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      return read(tx, id);
    });
  }

  create(ctx: RequestContext, request: CreateDiscountCode): Promise<DiscountCode> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const terms: Terms = { ...UNLIMITED, ...request, used: 0, status: 'active' };
      await requireSound(tx, terms);
      const { code, kind } = terms;
      const id = uuidv7();
      const values = [tx.tenantId, id, code, kind, ...columnsOf(terms), tx.actorId];
      const [made] = await tx.query<{ id: string }>(INSERT_DISCOUNT_CODE, values);
      if (!made) throw new Refusal(DISCOUNT_CODE_TAKEN);
      await tx.query(PUT_CODE_LISTINGS, [tx.tenantId, id, terms.listingIds, tx.actorId]);
      tx.emit(discountCodeCreated, { id, version: 1, data: { discountCodeId: id } });
      tx.audit({
        action: 'digilist.discount-code.create',
        entity: { type: 'discount_code', id },
        changes: { ...request },
      });
      return read(tx, id);
    });
  }

  update(ctx: RequestContext, { id, ...changes }: UpdateDiscountCode): Promise<DiscountCode> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const old = await tx.one<CodeRow>(LOCK_DISCOUNT_CODE, [tx.tenantId, id]);
      requireVersion(old.version, expectedVersion(ctx));
      const terms: Terms = { ...old, ...changes };
      await requireSound(tx, terms);
      await tx.query(UPDATE_DISCOUNT_CODE, [tx.tenantId, id, ...columnsOf(terms), terms.status, tx.actorId]);
      await tx.query(PUT_CODE_LISTINGS, [tx.tenantId, id, terms.listingIds, tx.actorId]);
      tx.emit(discountCodeChanged, { id, version: old.version + 1, data: { discountCodeId: id } });
      tx.audit({
        action: 'digilist.discount-code.update',
        entity: { type: 'discount_code', id },
        changes: { ...changes },
      });
      return read(tx, id);
    });
  }
}

const read = (tx: Tx, id: string): Promise<DiscountCode> => tx.one<CodeRow>(GET_DISCOUNT_CODE, [tx.tenantId, id]);

/** As the statements that write them have them. */
const columnsOf = (terms: Terms) => [
  terms.value,
  terms.maxUses,
  terms.maxUsesPerPerson,
  terms.validFrom,
  terms.validUntil,
  terms.minimumAmount,
  terms.pricingGroups,
];

/** @throws Refusal DISCOUNT_CODE_RULES_INVALID with everything that is wrong */
async function requireSound(tx: Tx, terms: Terms): Promise<void> {
  const { listingIds, pricingGroups } = terms;
  const values = [tx.tenantId, listingIds, pricingGroups];
  const unknown = await tx.one<{ listings: string[]; groups: string[] }>(UNKNOWN_TO_CODES, values);
  const errors: FieldError[] = [
    ...discountProblems(terms),
    ...unknown.listings.map((id) => missing(`listingIds.${listingIds.indexOf(id)}`)),
    ...unknown.groups.map((key) => missing(`pricingGroups.${pricingGroups.indexOf(key)}`)),
  ];
  if (errors.length > 0) throw new Refusal(DISCOUNT_CODE_RULES_INVALID, { errors });
}

const missing = (path: string): FieldError => ({ path, code: 'UNKNOWN', message: 'There is no such thing here.' });
