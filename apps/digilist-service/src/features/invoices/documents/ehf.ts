import type { InvoiceLine, VatCategory } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { create } from 'xmlbuilder2';
import { isOrganizationNumber } from '../domain/check-digits.js';
import { byVat } from '../domain/totals.js';
import type { InvoiceRow } from '../invoices.sql.js';
import { localMoment, nameOf, remarksOf } from './lines-text.js';
import { WORDS } from './words.js';

const CUSTOMIZATION = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0';
const PROFILE = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0';
const UBL = 'urn:oasis:names:specification:ubl:schema:xsd';
/** Enhetsregisteret, in the list of electronic addresses. */
const REGISTER = '0192';
/** Credit transfer. */
const PAYMENT_MEANS = '30';
/** One: what was booked is priced as a whole. */
const UNIT = 'C62';

/** The schema names an order; objects keep theirs. */
type Xml = { readonly [name: string]: unknown };

/** EHF is addressed to an organization. */
export const canBeEhf = ({ buyer }: Pick<InvoiceRow, 'buyer'>): boolean =>
  buyer.organizationNumber !== null && isOrganizationNumber(buyer.organizationNumber);

/** An invoice or a credit note as Peppol BIS Billing 3.0, UBL 2.1. */
export function ehfOf(invoice: InvoiceRow): string {
  const credit = invoice.kind === 'credit_note';
  const root = credit ? 'CreditNote' : 'Invoice';
  const document = {
    [root]: {
      '@xmlns': `${UBL}:${root}-2`,
      '@xmlns:cac': `${UBL}:CommonAggregateComponents-2`,
      '@xmlns:cbc': `${UBL}:CommonBasicComponents-2`,
      'cbc:CustomizationID': CUSTOMIZATION,
      'cbc:ProfileID': PROFILE,
      'cbc:ID': String(invoice.number),
      'cbc:IssueDate': invoice.issueDate,
      ...(invoice.dueDate !== null && { 'cbc:DueDate': invoice.dueDate }),
      ...(credit ? { 'cbc:CreditNoteTypeCode': '381' } : { 'cbc:InvoiceTypeCode': '380' }),
      ...(invoice.reason !== null && { 'cbc:Note': invoice.reason }),
      'cbc:DocumentCurrencyCode': invoice.total.currency,
      // One is demanded; who wants none named gets the number of the invoice.
      'cbc:BuyerReference': invoice.buyerReference ?? String(invoice.number),
      ...billingReference(invoice),
      'cac:AccountingSupplierParty': { 'cac:Party': sellerParty(invoice) },
      'cac:AccountingCustomerParty': { 'cac:Party': buyerParty(invoice) },
      ...payment(invoice),
      'cac:TaxTotal': taxTotal(invoice),
      'cac:LegalMonetaryTotal': {
        'cbc:LineExtensionAmount': amount(invoice.net.amount, invoice),
        'cbc:TaxExclusiveAmount': amount(invoice.net.amount, invoice),
        'cbc:TaxInclusiveAmount': amount(invoice.total.amount, invoice),
        'cbc:PayableAmount': amount(invoice.total.amount, invoice),
      },
      [`cac:${root}Line`]: invoice.lines.map((line) => lineOf(line, invoice)),
    },
  };
  return create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '' }, document).end({ prettyPrint: true });
}

const kroner = (minor: number): string => {
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const amount = (minor: number, { total }: InvoiceRow): Xml => ({ '@currencyID': total.currency, '#': kroner(minor) });
const scheme = (id: string): Xml => ({ 'cac:TaxScheme': { 'cbc:ID': id } });
const identified = (organizationNumber: string): Xml => ({ '@schemeID': REGISTER, '#': organizationNumber });

const billingReference = ({ creditsNumber, creditsDate }: InvoiceRow): Xml =>
  creditsNumber === null
    ? {}
    : {
        'cac:BillingReference': {
          'cac:InvoiceDocumentReference': { 'cbc:ID': String(creditsNumber), 'cbc:IssueDate': creditsDate },
        },
      };

function sellerParty({ seller }: InvoiceRow): Xml {
  const vat = { 'cbc:CompanyID': `NO${seller.organizationNumber}MVA`, ...scheme('VAT') };
  // Sellers in Norway say where they are registered.
  const register = { 'cbc:CompanyID': 'Foretaksregisteret', ...scheme('TAX') };
  return {
    'cbc:EndpointID': identified(seller.organizationNumber),
    'cac:PartyName': { 'cbc:Name': seller.name },
    'cac:PostalAddress': {
      'cbc:StreetName': seller.street,
      'cbc:CityName': seller.city,
      'cbc:PostalZone': seller.postalCode,
      'cac:Country': { 'cbc:IdentificationCode': 'NO' },
    },
    'cac:PartyTaxScheme': seller.vatRegistered ? [vat, register] : [register],
    'cac:PartyLegalEntity': {
      'cbc:RegistrationName': seller.name,
      'cbc:CompanyID': identified(seller.organizationNumber),
    },
    ...(seller.email !== null && { 'cac:Contact': { 'cbc:ElectronicMail': seller.email } }),
  };
}

const buyerParty = ({ buyer }: InvoiceRow): Xml => ({
  'cbc:EndpointID': identified(buyer.organizationNumber as string),
  'cac:PartyName': { 'cbc:Name': buyer.name },
  'cac:PostalAddress': { 'cac:Country': { 'cbc:IdentificationCode': 'NO' } },
  'cac:PartyLegalEntity': {
    'cbc:RegistrationName': buyer.name,
    'cbc:CompanyID': identified(buyer.organizationNumber as string),
  },
});

/** Where and until when to pay; a credit note says what becomes of the money. */
function payment({ kind, kid, seller, locale }: InvoiceRow): Xml {
  if (kind === 'credit_note') return { 'cac:PaymentTerms': { 'cbc:Note': WORDS[locale].setOff } };
  return {
    'cac:PaymentMeans': {
      'cbc:PaymentMeansCode': PAYMENT_MEANS,
      'cbc:PaymentID': kid,
      'cac:PayeeFinancialAccount': { 'cbc:ID': seller.accountNumber },
    },
    ...(seller.terms !== null && { 'cac:PaymentTerms': { 'cbc:Note': seller.terms } }),
  };
}

function taxTotal(invoice: InvoiceRow): Xml {
  const rates = byVat(
    invoice.lines.map(({ vatCategory, vatBasisPoints, net, vat }) => ({
      vatCategory,
      vatBasisPoints,
      net: net.amount,
      vat: vat.amount,
    })),
  );
  return {
    'cbc:TaxAmount': amount(invoice.vat.amount, invoice),
    'cac:TaxSubtotal': rates.map(({ vatCategory, vatBasisPoints, net, vat }) => ({
      'cbc:TaxableAmount': amount(net, invoice),
      'cbc:TaxAmount': amount(vat, invoice),
      'cac:TaxCategory': category(vatCategory, vatBasisPoints, reasonOf(vatCategory, invoice.locale)),
    })),
  };
}

/** What is not taxed at all has no rate. */
const category = (id: VatCategory, basisPoints: number, reason: string | null = null): Xml => ({
  'cbc:ID': id,
  ...(id !== 'O' && { 'cbc:Percent': kroner(basisPoints) }),
  ...(reason !== null && { 'cbc:TaxExemptionReason': reason }),
  ...scheme('VAT'),
});

function reasonOf(vatCategory: VatCategory, locale: Locale): string | null {
  if (vatCategory === 'E') return WORDS[locale].exempt;
  return vatCategory === 'O' ? WORDS[locale].outside : null;
}

function lineOf(line: InvoiceLine, invoice: InvoiceRow): Xml {
  const quantity = { '@unitCode': UNIT, '#': '1' };
  return {
    'cbc:ID': String(line.position),
    [invoice.kind === 'credit_note' ? 'cbc:CreditedQuantity' : 'cbc:InvoicedQuantity']: quantity,
    'cbc:LineExtensionAmount': amount(line.net.amount, invoice),
    'cac:InvoicePeriod': {
      'cbc:StartDate': localMoment(line.startsAt, line.timezone).date,
      'cbc:EndDate': localMoment(line.endsAt, line.timezone).date,
    },
    'cac:Item': {
      'cbc:Description': remarksOf(line, invoice.locale),
      'cbc:Name': nameOf(line, invoice.locale),
      'cac:ClassifiedTaxCategory': category(line.vatCategory, line.vatBasisPoints),
    },
    'cac:Price': { 'cbc:PriceAmount': amount(line.net.amount, invoice) },
  };
}
