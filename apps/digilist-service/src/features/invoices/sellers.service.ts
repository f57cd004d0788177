import {
  type CreateInvoiceSeller,
  type InvoiceSeller,
  type InvoiceSellerFields,
  type InvoiceSellerId,
  type InvoiceSellerList,
  invoiceSellerChanged,
  invoiceSellerCreated,
  type PutInvoiceSeller,
  SELLER_EXISTS,
  SELLER_INVALID,
} from '@digilist/contracts';
import { type EventType, type FieldError, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import { isAccountNumber, isOrganizationNumber } from './domain/check-digits.js';
import {
  GET_SELLER,
  INSERT_SELLER,
  LIST_SELLERS,
  ORGANIZATION_EXISTS,
  type SellerRow,
  UPDATE_SELLER,
} from './sellers.sql.js';

@Injectable()
export class SellersService {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext): Promise<InvoiceSellerList> {
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<SellerRow>(LIST_SELLERS, [tx.tenantId, tx.reach.tenant, tx.reach.orgIds]);
      return { data: rows.map(sellerOfRow) };
    });
  }

  get(ctx: RequestContext, { id }: InvoiceSellerId): Promise<InvoiceSeller> {
    return this.work.run(ctx, async (tx) => sellerOfRow(await readSeller(tx, id)));
  }

  create(ctx: RequestContext, { orgId: wanted, ...fields }: CreateInvoiceSeller): Promise<InvoiceSeller> {
    const orgId = wanted ?? null;
    return this.work.run(ctx, async (tx) => {
      if (orgId !== null) await tx.one(ORGANIZATION_EXISTS, [tx.tenantId, orgId]);
      requireOrg(tx.reach, orgId);
      requireSound(fields);
      const [row] = await run<SellerRow, Parameters<typeof INSERT_SELLER.values>[0]>(tx, INSERT_SELLER, {
        ...valuesOf(tx, fields),
        orgId,
      });
      if (!row) throw new Refusal(SELLER_EXISTS);
      return told(tx, row, invoiceSellerCreated, 'digilist.invoice-seller.create');
    });
  }

  put(ctx: RequestContext, { id, ...fields }: PutInvoiceSeller): Promise<InvoiceSeller> {
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await readSeller(tx, id);
      requireOrg(tx.reach, orgId);
      requireSound(fields);
      const [row] = await run<SellerRow, Parameters<typeof UPDATE_SELLER.values>[0]>(tx, UPDATE_SELLER, {
        ...valuesOf(tx, fields),
        id,
        version: expectedVersion(ctx),
      });
      if (!row) throw new Refusal(STALE_VERSION);
      return told(tx, row, invoiceSellerChanged, 'digilist.invoice-seller.update');
    });
  }
}

/** @throws Refusal NOT_FOUND also when it is there, but out of reach */
async function readSeller(tx: Tx, id: string): Promise<SellerRow> {
  const row = await tx.one<SellerRow>(GET_SELLER, [tx.tenantId, id]);
  if (!tx.reach.covers(row.orgId)) throw new Refusal(NOT_FOUND);
  return row;
}

/** A digit that was mistyped would send the money to somebody else. @throws Refusal SELLER_INVALID */
function requireSound({ organizationNumber, accountNumber }: InvoiceSellerFields): void {
  const wrong = (path: string): FieldError => ({
    path,
    code: 'CHECK_DIGIT',
    message: `${path} has a wrong check digit`,
  });
  const errors = [
    ...(isOrganizationNumber(organizationNumber) ? [] : [wrong('organizationNumber')]),
    ...(isAccountNumber(accountNumber) ? [] : [wrong('accountNumber')]),
  ];
  if (errors.length > 0) throw new Refusal(SELLER_INVALID, { errors });
}

const valuesOf = (tx: Tx, fields: InvoiceSellerFields) => ({
  tenantId: tx.tenantId,
  actorId: tx.actorId,
  name: fields.name,
  organizationNumber: fields.organizationNumber,
  vatRegistered: fields.vatRegistered,
  zeroRate: fields.zeroRate ?? 'exempt',
  street: fields.street,
  postalCode: fields.postalCode,
  city: fields.city,
  email: fields.email ?? null,
  accountNumber: fields.accountNumber,
  kidLength: fields.kidLength,
  kidAlgorithm: fields.kidAlgorithm,
  paymentDays: fields.paymentDays,
  terms: fields.terms ?? null,
  billsMonthly: fields.billsMonthly ?? false,
});

/** What is not set is left out. */
const sellerOfRow = ({ email, terms, ...row }: SellerRow): InvoiceSeller => ({
  ...(row as InvoiceSeller),
  ...(email && { email }),
  ...(terms && { terms }),
});

function told(
  tx: Tx,
  row: SellerRow,
  event: EventType<{ sellerId: string; orgId: string | null }>,
  action: string,
): InvoiceSeller {
  const { id, orgId, version } = row;
  tx.emit(event, { id, version, data: { sellerId: id, orgId } });
  tx.audit({
    action,
    entity: { type: 'invoice_seller', id },
    ...(orgId !== null && { orgId }),
    changes: { organizationNumber: row.organizationNumber, accountNumber: row.accountNumber },
  });
  return sellerOfRow(row);
}
