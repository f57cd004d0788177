import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { violations } from '../testing/en16931.js';
import { CREDIT_NOTE, type SampleLine, sampleInvoice } from '../testing/sample-invoice.js';
import { canBeEhf, ehfOf } from './ehf.js';
import { pdfOf } from './pdf.js';
import { amountText, dateText, rateText } from './words.js';

const hall: SampleLine = { net: 80_000, vatBasisPoints: 2500 };

describe('EHF', () => {
  it('of an invoice names the format, both parties by organization number, the account and the KID', () => {
    const xml = ehfOf(sampleInvoice([hall, { net: 12_345, vatBasisPoints: 0 }]));
    expect(violations(xml)).toEqual([]);
    for (const piece of [
      '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"',
      '<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>',
      '<cbc:EndpointID schemeID="0192">974760673</cbc:EndpointID>',
      '<cbc:EndpointID schemeID="0192">889640782</cbc:EndpointID>',
      '<cbc:CompanyID>NO974760673MVA</cbc:CompanyID>',
      '<cbc:CompanyID>Foretaksregisteret</cbc:CompanyID>',
      '<cbc:PaymentID>0000010165</cbc:PaymentID>',
      '<cbc:PayableAmount currencyID="NOK">1123.45</cbc:PayableAmount>',
      '<cbc:TaxExemptionReason>Unntatt fra merverdiavgift</cbc:TaxExemptionReason>',
      // Midnight in Norway, not in Greenwich.
      '<cbc:StartDate>2026-11-30</cbc:StartDate>',
      '<cbc:EndDate>2026-12-01</cbc:EndDate>',
    ])
      expect(xml).toContain(piece);
  });

  it('of a credit note names the invoice that it credits', () => {
    const xml = ehfOf(sampleInvoice([hall], CREDIT_NOTE));
    expect(violations(xml)).toEqual([]);
    expect(xml).toContain('<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>');
    expect(xml).toMatch(/<cac:InvoiceDocumentReference>\s*<cbc:ID>1015<\/cbc:ID>/);
    expect(xml).not.toContain('PaymentMeans');
  });

  it('of a seller who is not registered for VAT says that there is none', () => {
    const invoice = sampleInvoice([{ net: 5_000, vatBasisPoints: 0, category: 'O' }]);
    const xml = ehfOf({ ...invoice, seller: { ...invoice.seller, vatRegistered: false } });
    expect(violations(xml)).toEqual([]);
    expect(xml).not.toContain('MVA<');
    expect(xml).not.toContain('cbc:Percent');
  });

  it('keeps the rules of calculation whatever is invoiced: 500 invoices and credit notes', () => {
    const rate = fc.constantFrom(0, 1200, 1500, 2500);
    // What is kept of a cancelled booking may be an øre off its rate.
    const line = fc.record({
      net: fc.integer({ min: 1, max: 9_999_999 }),
      vatBasisPoints: rate,
      off: fc.constantFrom(-1, 0, 1),
    });
    const lines = fc.array(line, { minLength: 1, maxLength: 25 });
    const zero = fc.constantFrom('E' as const, 'Z' as const);
    fc.assert(
      fc.property(
        lines,
        fc.boolean(),
        zero,
        fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
        (of, credit, category, name) => {
          const sampled = of.map(({ net, vatBasisPoints, off }) => ({
            net,
            vatBasisPoints,
            ...(vatBasisPoints === 0 && { category }),
            vat: vatBasisPoints === 0 ? 0 : Math.max(0, Math.round((net * vatBasisPoints) / 10_000) + off),
            name: `Hall ${name.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '')}`,
          }));
          expect(violations(ehfOf(sampleInvoice(sampled, credit ? CREDIT_NOTE : {})))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('lets no text break out of its element, and leaves out what XML has no letter for', () => {
    const xml = ehfOf(sampleInvoice([{ ...hall, name: '</cbc:Name><evil/>&"\'\u0008' }], { buyerReference: '<b>&' }));
    expect(violations(xml)).toEqual([]);
    expect(xml).not.toContain('<evil/>');
    expect(xml).not.toContain('\u0008');
    expect(xml).toContain('&lt;b&gt;&amp;');
  });

  it('is only for organizations with a number that can be right', () => {
    const { buyer } = sampleInvoice([hall]);
    expect(canBeEhf({ buyer })).toBe(true);
    expect(canBeEhf({ buyer: { ...buyer, organizationNumber: null } })).toBe(false);
    expect(canBeEhf({ buyer: { ...buyer, organizationNumber: '889640783' } })).toBe(false);
  });

  it.each([
    [
      'BR-CO-10',
      (xml: string) =>
        xml.replace(
          '<cbc:LineExtensionAmount currencyID="NOK">800.00',
          '<cbc:LineExtensionAmount currencyID="NOK">800.01',
        ),
    ],
    [
      'BR-CO-15',
      (xml: string) => xml.replace('>1000.00</cbc:TaxInclusiveAmount>', '>1000.01</cbc:TaxInclusiveAmount>'),
    ],
    ['BR-CO-17', (xml: string) => xml.replaceAll('>200.00</cbc:TaxAmount>', '>201.00</cbc:TaxAmount>')],
    ['NO-R-001', (xml: string) => xml.replace('NO974760673MVA', 'NO974760674MVA')],
    ['NO-R-002', (xml: string) => xml.replace('Foretaksregisteret', 'Foretaksregistret')],
    ['PEPPOL-EN16931-R008', (xml: string) => xml.replace('>1016</cbc:ID>', '></cbc:ID>')],
  ])('that breaks %s is found by the checker of this spec', (rule, spoil) => {
    expect(violations(spoil(ehfOf(sampleInvoice([hall]))))).toContain(rule);
  });
});

/** What stands in a PDF besides its drawing: dictionaries, and streams inflated. */
function insideOf(pdf: Buffer): string {
  const text = pdf.toString('latin1');
  const streams = [...text.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, stream]) => {
    try {
      return inflateSync(Buffer.from(stream as string, 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  return [text, ...streams].join('\n');
}

describe('PDF', () => {
  const whole = sampleInvoice([hall, { ...hall, cancelled: true, quantity: 3 }, { net: 12_345, vatBasisPoints: 0 }]);

  it('has the same bytes each time', async () => {
    const prints = [await pdfOf(whole), await pdfOf(structuredClone(whole))].map((pdf) =>
      createHash('sha256').update(pdf).digest('hex'),
    );
    expect(prints[0]).toBe(prints[1]);
  });

  it('can be read aloud: tagged, with its language, its title and headings of tables', async () => {
    const inside = insideOf(await pdfOf(whole));
    expect(inside).toContain('/Lang (nb-NO)');
    expect(inside).toContain('/Marked true');
    expect(inside).toContain('/DisplayDocTitle true');
    expect(inside).toMatch(/<dc:title>[\s\S]*Faktura 1016[\s\S]*<\/dc:title>/);
    for (const role of ['Document', 'H1', 'H2', 'P', 'Table', 'TR', 'TH', 'TD'])
      expect(inside).toContain(`/S /${role}`);
  });

  it('embeds its fonts, so that everybody sees every letter of a name', async () => {
    const inside = insideOf(await pdfOf(sampleInvoice([{ ...hall, name: 'Čáhput ja ŋuorrat, Łódź, blåbærsyltetøy' }])));
    expect(inside.match(/\/FontFile2/g)?.length).toBe(2);
    expect(inside).not.toContain('/BaseFont /Helvetica');
    // U+014B, U+010C and U+0141 are told apart for whoever copies the text.
    for (const letter of ['014b', '010c', '0141']) expect(inside.toLowerCase()).toContain(`<${letter}>`);
  });

  it('of a hundred bookings goes on over pages that are counted', async () => {
    const pdf = await pdfOf(sampleInvoice(Array.from({ length: 100 }, () => hall)));
    const pages = insideOf(pdf).match(/\/Type \/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(3);
    expect(pages).toBeLessThan(8);
    expect(pdf.length).toBeLessThan(400_000);
  });

  it.each(['nb', 'nn', 'en'] as const)('is there for credit notes, in %s, with long texts', async (locale) => {
    const note = sampleInvoice([hall], { ...CREDIT_NOTE, locale, reason: 'Hallen var stengt. '.repeat(50) });
    expect((await pdfOf(note)).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

describe('the words of an invoice', () => {
  it.each([
    [0, '0,00', '0.00'],
    [5, '0,05', '0.05'],
    [120_050, '1\u00a0200,50', '1,200.50'],
    [123_456_789, '1\u00a0234\u00a0567,89', '1,234,567.89'],
    [-100_000, '−1\u00a0000,00', '−1,000.00'],
  ])('write %i øre as %s, and in English as %s', (minor, norwegian, english) => {
    expect(amountText(minor, 'nb')).toBe(norwegian);
    expect(amountText(minor, 'en')).toBe(english);
  });

  it('write rates and days', () => {
    expect([rateText(2500, 'nb'), rateText(1250, 'nn'), rateText(1250, 'en')]).toEqual(['25 %', '12,5 %', '12.5 %']);
    expect([dateText('2026-12-01', 'nb'), dateText('2026-12-01', 'en')]).toEqual(['1.12.2026', '2026-12-01']);
  });
});
