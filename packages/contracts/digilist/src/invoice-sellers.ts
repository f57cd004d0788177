import { Email, Flag, Id, Instant, ListOf, NOT_FOUND, Nothing, OneOf, permission, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { SELLER_EXISTS, SELLER_INVALID } from './invoices.errors.js';

export const KID_ALGORITHMS = ['MOD10', 'MOD11'] as const;
export type KidAlgorithm = (typeof KID_ALGORITHMS)[number];

/** What a line without VAT is: the law exempts it, or taxes it at nought per cent. */
export const ZERO_RATES = ['exempt', 'zero_rated'] as const;
export type ZeroRate = (typeof ZERO_RATES)[number];

/** In whose name invoices are issued, where they are paid, and until when. */
export class InvoiceSellerFields {
  @Text({ min: 1, max: 200, example: 'Fjordvik kommune' })
  name: string;

  @Text({ min: 9, max: 9, description: 'As in Enhetsregisteret, without spaces', example: '974760673' })
  organizationNumber: string;

  @Flag({ description: 'Registered in Merverdiavgiftsregisteret; only then may prices have VAT' })
  vatRegistered: boolean;

  @OneOf(ZERO_RATES, { optional: true, description: 'What lines without VAT are; exempt unless told' })
  zeroRate?: ZeroRate;

  @Text({ min: 1, max: 200, example: 'Rådhusgata 1' })
  street: string;

  @Text({ min: 4, max: 4, example: '6783' })
  postalCode: string;

  @Text({ min: 1, max: 100, example: 'Fjordvik' })
  city: string;

  @Email({ optional: true, description: 'Where buyers ask', example: 'faktura@fjordvik.example' })
  email?: string;

  @Text({ min: 11, max: 11, description: 'Norwegian account number, without dots', example: '86011117947' })
  accountNumber: string;

  @Whole({ min: 2, max: 25, description: 'Length of the KID as agreed with the bank', example: 10 })
  kidLength: number;

  @OneOf(KID_ALGORITHMS, { description: 'Check digit of the KID as agreed with the bank' })
  kidAlgorithm: KidAlgorithm;

  @Whole({ min: 0, max: 90, description: 'Days from issue to due date', example: 14 })
  paymentDays: number;

  @Text({ max: 1000, optional: true, description: 'What else the invoice says about payment' })
  terms?: string;

  @Flag({
    optional: true,
    description: 'Bill the month before by itself, on the first of each month; false unless told',
  })
  billsMonthly?: boolean;
}

export class InvoiceSeller extends InvoiceSellerFields {
  @Id()
  id: string;

  @Id({
    nullable: true,
    description: 'Organization whose listings it sells for, those below it included; null: all others',
  })
  orgId: string | null;

  declare zeroRate: ZeroRate;

  declare billsMonthly: boolean;

  @Whole({ min: 1 })
  version: number;

  @Instant()
  updatedAt: string;
}

export class InvoiceSellerList {
  @ListOf(() => InvoiceSeller)
  data: InvoiceSeller[];
}

export class InvoiceSellerId {
  @Id()
  id: string;
}

export class CreateInvoiceSeller extends InvoiceSellerFields {
  @Id({ optional: true, description: 'Leave it out for the seller of the whole tenant' })
  orgId?: string;
}

export class PutInvoiceSeller extends InvoiceSellerFields {
  @Id()
  id: string;
}

const MODULE = 'digilist.payments';

export const listInvoiceSellers = operation({
  id: 'listInvoiceSellers',
  subject: 'invoice-seller.list.v1',
  summary: 'In whose name invoices are issued',
  http: { method: 'GET', path: '/invoice-sellers' },
  request: Nothing,
  response: InvoiceSellerList,
  access: permission('digilist.invoice-seller.read'),
  module: MODULE,
});

export const getInvoiceSeller = operation({
  id: 'getInvoiceSeller',
  subject: 'invoice-seller.get.v1',
  summary: 'Read an invoice seller',
  http: { method: 'GET', path: '/invoice-sellers/{id}' },
  request: InvoiceSellerId,
  response: InvoiceSeller,
  access: permission('digilist.invoice-seller.read'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createInvoiceSeller = operation({
  id: 'createInvoiceSeller',
  subject: 'invoice-seller.create.v1',
  summary: 'Set up who issues invoices for an organization, or for the whole tenant',
  http: { method: 'POST', path: '/invoice-sellers', status: 201 },
  request: CreateInvoiceSeller,
  response: InvoiceSeller,
  access: permission('digilist.invoice-seller.update'),
  module: MODULE,
  errors: [NOT_FOUND, SELLER_EXISTS, SELLER_INVALID],
  idempotent: true,
  version: 'answers',
});

export const putInvoiceSeller = operation({
  id: 'putInvoiceSeller',
  subject: 'invoice-seller.put.v1',
  summary: 'Change an invoice seller; invoices already issued stay as they are',
  http: { method: 'PUT', path: '/invoice-sellers/{id}' },
  request: PutInvoiceSeller,
  response: InvoiceSeller,
  access: permission('digilist.invoice-seller.update'),
  module: MODULE,
  errors: [NOT_FOUND, SELLER_INVALID],
  version: 'required',
});

export const invoiceSellerOperations = [
  listInvoiceSellers,
  getInvoiceSeller,
  createInvoiceSeller,
  putInvoiceSeller,
] as const;
