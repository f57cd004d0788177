import { convert } from 'xmlbuilder2';
import { isOrganizationNumber } from '../domain/check-digits.js';

/**
 * The rules of EN 16931 (BR…), Peppol BIS Billing 3.0 (PEPPOL…) and Norway (NO…) that concern what we write, from the
 * published texts. It reads the document anew and knows nothing of how it was made.
 */
export function violations(xml: string): string[] {
  const parsed = convert(xml, { format: 'object' }) as Element;
  const root = Object.keys(parsed).find((name) => name === 'Invoice' || name === 'CreditNote');
  if (!root) return ['the document is neither an Invoice nor a CreditNote'];
  const document = parsed[root] as Element;
  const credit = root === 'CreditNote';
  const broken = [...emptyElements(xml), ...orderOf(document, credit ? CREDIT_NOTE : INVOICE, root)];
  const check = (rule: string, holds: boolean) => {
    if (!holds) broken.push(rule);
  };
  const lines = all(document, credit ? 'cac:CreditNoteLine' : 'cac:InvoiceLine');
  const sums = node(document, 'cac:LegalMonetaryTotal');
  const taxes = node(document, 'cac:TaxTotal');
  const rates = all(taxes, 'cac:TaxSubtotal');
  const [seller, buyer] = ['cac:AccountingSupplierParty', 'cac:AccountingCustomerParty'].map((party) =>
    node(node(document, party), 'cac:Party'),
  ) as [Element, Element];

  check(
    'BR-01',
    text(document, 'cbc:CustomizationID').startsWith('urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu'),
  );
  check(
    'PEPPOL-EN16931-R007',
    /^urn:fdc:peppol\.eu:2017:poacc:billing:\d{2}:1\.0$/.test(text(document, 'cbc:ProfileID')),
  );
  check('BR-02', text(document, 'cbc:ID') !== '');
  check('BR-03', DAY.test(text(document, 'cbc:IssueDate')));
  check(
    'BR-04',
    text(document, credit ? 'cbc:CreditNoteTypeCode' : 'cbc:InvoiceTypeCode') === (credit ? '381' : '380'),
  );
  check('BR-05', text(document, 'cbc:DocumentCurrencyCode') === 'NOK');
  check('PEPPOL-EN16931-R003', text(document, 'cbc:BuyerReference') !== '');
  check('BR-06', text(node(seller, 'cac:PartyLegalEntity'), 'cbc:RegistrationName') !== '');
  check('BR-07', text(node(buyer, 'cac:PartyLegalEntity'), 'cbc:RegistrationName') !== '');
  for (const [party, address, country, endpoint] of [
    [seller, 'BR-08', 'BR-09', 'PEPPOL-EN16931-R020'],
    [buyer, 'BR-10', 'BR-11', 'PEPPOL-EN16931-R010'],
  ] as const) {
    check(address, Object.keys(node(party, 'cac:PostalAddress')).length > 0);
    check(country, text(node(node(party, 'cac:PostalAddress'), 'cac:Country'), 'cbc:IdentificationCode') === 'NO');
    check(endpoint, isOrganizationNumber(text(party, 'cbc:EndpointID')));
    check('BR-62/63', attribute(party, 'cbc:EndpointID', 'schemeID') === '0192');
    check('PEPPOL-COMMON-R041', isOrganizationNumber(text(node(party, 'cac:PartyLegalEntity'), 'cbc:CompanyID')));
    broken.push(...orderOf(party, PARTY, 'cac:Party'));
  }
  check('BR-16', lines.length > 0);
  check(
    'BR-CO-25',
    text(document, 'cbc:DueDate') !== '' || text(node(document, 'cac:PaymentTerms'), 'cbc:Note') !== '',
  );
  if (credit)
    check('BR-55', text(node(node(document, 'cac:BillingReference'), 'cac:InvoiceDocumentReference'), 'cbc:ID') !== '');
  for (const means of all(document, 'cac:PaymentMeans')) {
    check('BR-49', ['30', '31'].includes(text(means, 'cbc:PaymentMeansCode')));
    check('BR-61', /^\d{11}$/.test(text(node(means, 'cac:PayeeFinancialAccount'), 'cbc:ID')));
  }

  const sum = (of: Element[], name: string) => of.reduce((total, element) => total + øre(text(element, name)), 0);
  const [net, exclusive, inclusive, payable] = ['LineExtension', 'TaxExclusive', 'TaxInclusive', 'Payable'].map(
    (name) => øre(text(sums, `cbc:${name}Amount`)),
  ) as [number, number, number, number];
  const vat = øre(text(taxes, 'cbc:TaxAmount'));
  check('BR-CO-10', sum(lines, 'cbc:LineExtensionAmount') === net);
  check('BR-CO-13', exclusive === net);
  check('BR-CO-14', sum(rates, 'cbc:TaxAmount') === vat);
  check('BR-CO-15', inclusive === exclusive + vat);
  check('BR-CO-16', payable === inclusive);
  check('BR-CO-18', rates.length > 0);
  check(
    'BR-DEC',
    amountsOf(xml).every((amount) => /^-?\d+\.\d{2}$/.test(amount)),
  );
  check(
    'PEPPOL-EN16931-R051',
    [...xml.matchAll(/currencyID="(\w+)"/g)].every(([, currency]) => currency === 'NOK'),
  );

  const categoryOf = (element: Element, name: string) => {
    const category = node(element, name);
    return { id: text(category, 'cbc:ID'), rate: text(category, 'cbc:Percent'), category };
  };
  for (const line of lines) {
    const item = node(line, 'cac:Item');
    const { id, rate } = categoryOf(item, 'cac:ClassifiedTaxCategory');
    check('BR-21', text(line, 'cbc:ID') !== '');
    check('BR-25', text(item, 'cbc:Name') !== '');
    check('BR-CO-04', ['S', 'Z', 'E', 'O'].includes(id));
    check('BR-27', øre(text(node(line, 'cac:Price'), 'cbc:PriceAmount')) >= 0);
    const quantity = Number(text(line, credit ? 'cbc:CreditedQuantity' : 'cbc:InvoicedQuantity'));
    const priced = Math.round(quantity * øre(text(node(line, 'cac:Price'), 'cbc:PriceAmount')));
    check('PEPPOL-EN16931-R120', priced === øre(text(line, 'cbc:LineExtensionAmount')));
    const period = node(line, 'cac:InvoicePeriod');
    check('BR-30', text(period, 'cbc:StartDate') <= text(period, 'cbc:EndDate'));
    check(`BR-${id}-05`, id === 'O' ? rate === '' : id === 'S' ? Number(rate) > 0 : Number(rate) === 0);
    check(
      `BR-${id}-01`,
      rates.some((each) => sameRate(categoryOf(each, 'cac:TaxCategory'), { id, rate })),
    );
    broken.push(...orderOf(line, LINE, 'line'));
  }
  for (const each of rates) {
    const { id, rate, category } = categoryOf(each, 'cac:TaxCategory');
    const [basis, tax] = [øre(text(each, 'cbc:TaxableAmount')), øre(text(each, 'cbc:TaxAmount'))];
    const of = lines.filter((line) =>
      sameRate(categoryOf(node(line, 'cac:Item'), 'cac:ClassifiedTaxCategory'), { id, rate }),
    );
    check(`BR-${id}-08`, sum(of, 'cbc:LineExtensionAmount') === basis);
    check('BR-CO-17', Math.abs(tax - (basis * Number(rate || 0)) / 100) < 100);
    check(`BR-${id}-09`, id === 'S' || tax === 0);
    check(`BR-${id}-10`, (text(category, 'cbc:TaxExemptionReason') !== '') === ['E', 'O'].includes(id));
    if (id === 'O') check('BR-O-11', rates.length === 1);
  }

  const schemes = all(seller, 'cac:PartyTaxScheme').map((scheme) => ({
    company: text(scheme, 'cbc:CompanyID'),
    id: text(node(scheme, 'cac:TaxScheme'), 'cbc:ID'),
  }));
  const registered = schemes.filter(({ id }) => id === 'VAT');
  check('BR-S-02', !rates.some((each) => categoryOf(each, 'cac:TaxCategory').id === 'S') || registered.length === 1);
  check('BR-O-02', !rates.some((each) => categoryOf(each, 'cac:TaxCategory').id === 'O') || registered.length === 0);
  check(
    'NO-R-001',
    registered.every(({ company }) => /^NO\d{9}MVA$/.test(company) && isOrganizationNumber(company.slice(2, 11))),
  );
  check(
    'NO-R-002',
    schemes.some(({ company, id }) => id === 'TAX' && company === 'Foretaksregisteret'),
  );
  return broken;
}

interface Element {
  [name: string]: unknown;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The sequences of the UBL 2.1 schemas, of what may stand in ours. */
const HEAD = ['CustomizationID', 'ProfileID', 'ID', 'IssueDate'];
const TAIL = [
  'AccountingSupplierParty',
  'AccountingCustomerParty',
  'PaymentMeans',
  'PaymentTerms',
  'TaxTotal',
  'LegalMonetaryTotal',
];
const INVOICE = [
  ...[...HEAD, 'DueDate', 'InvoiceTypeCode', 'Note', 'DocumentCurrencyCode', 'BuyerReference', 'BillingReference'],
  ...[...TAIL, 'InvoiceLine'],
];
const CREDIT_NOTE = [
  ...[...HEAD, 'CreditNoteTypeCode', 'Note', 'DocumentCurrencyCode', 'BuyerReference', 'BillingReference'],
  ...[...TAIL, 'CreditNoteLine'],
];
const PARTY = ['EndpointID', 'PartyName', 'PostalAddress', 'PartyTaxScheme', 'PartyLegalEntity', 'Contact'];
const LINE = ['ID', 'InvoicedQuantity', 'CreditedQuantity', 'LineExtensionAmount', 'InvoicePeriod', 'Item', 'Price'];

const node = (element: Element, name: string): Element => (element[name] as Element | undefined) ?? {};

function all(element: Element, name: string): Element[] {
  const found = element[name];
  return found === undefined ? [] : ((Array.isArray(found) ? found : [found]) as Element[]);
}

function text(element: Element, name: string): string {
  const found = element[name];
  if (found === undefined) return '';
  return typeof found === 'object' ? String((found as Element)['#'] ?? '') : String(found);
}

const attribute = (element: Element, name: string, key: string): string => text(node(element, name), `@${key}`);

const øre = (amount: string): number => Math.round(Number(amount) * 100);

const sameRate = (a: { id: string; rate: string }, b: { id: string; rate: string }): boolean =>
  a.id === b.id && a.rate === b.rate;

const amountsOf = (xml: string): string[] =>
  [...xml.matchAll(/<cbc:\w*Amount[^>]*>([^<]*)</g)].map(([, amount]) => amount as string);

const emptyElements = (xml: string): string[] =>
  /<(\w+:\w+)[^>]*>\s*<\/\1>|<\w+:\w+[^>]*\/>/.test(xml) ? ['PEPPOL-EN16931-R008'] : [];

function orderOf(element: Element, order: readonly string[], where: string): string[] {
  const places = Object.keys(element)
    .filter((name) => !name.startsWith('@'))
    .map((name) => order.indexOf(name.replace(/^\w+:/, '')));
  const sorted = places.every((place, at) => place >= 0 && (at === 0 || place > (places[at - 1] as number)));
  return sorted ? [] : [`UBL: the elements of ${where} are not in the order of the schema`];
}
