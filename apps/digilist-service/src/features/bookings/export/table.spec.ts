import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExportRow } from './export.sql.js';
import { linesOf } from './table.js';

const row: ExportRow = {
  id: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
  status: 'confirmed',
  listing: 'Fjordvik idrettshall',
  zone: 'Halv hall',
  startsAt: '2026-12-01T17:00:00.000Z',
  endsAt: '2026-12-01T23:00:00.000Z',
  timezone: 'Europe/Oslo',
  quantity: 1,
  attendees: null,
  purpose: 'Trening',
  booker: 'Kari Nordmann',
  email: 'kari@example.no',
  behalf: null,
  owner: 'Kultur og idrett',
  pricingGroup: 'private',
  net: 96_000,
  vat: 24_005,
  total: 120_005,
  currency: 'NOK',
  createdAt: '2026-11-01T08:00:00.000Z',
  recurringBookingId: null,
};

/** Reads the lines back, as RFC 4180 says, with semicolons. */
function cellsOf(text: string): string[][] {
  const records: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted && sign === '"' && text[at + 1] === '"') cell += text[at++];
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === ';') {
      records.at(-1)?.push(cell);
      cell = '';
    } else if (!quoted && sign === '\r' && text[at + 1] === '\n') {
      records.at(-1)?.push(cell);
      cell = '';
      records.push([]);
      at++;
    } else cell += sign;
  }
  expect(cell).toBe('');
  return records.slice(0, -1);
}

describe('the table of bookings', () => {
  it.each([
    ['nb', 'Utleieobjekt'],
    ['nn', 'Utleigeobjekt'],
    ['en', 'Listing'],
  ] as const)('begins with a byte order mark and headings in %s', (locale, listing) => {
    const text = linesOf([row], locale, true);
    expect(text.charCodeAt(0)).toBe(0xfeff);
    expect(cellsOf(text.slice(1))[0]).toContain(listing);
    expect(linesOf([row], locale, false).charCodeAt(0)).not.toBe(0xfeff);
  });

  it('is nothing but headings when there is nothing to show', () => {
    expect(cellsOf(linesOf([], 'nb', true).slice(1))).toHaveLength(1);
    expect(linesOf([], 'nb', false)).toBe('');
  });

  it('tells times by the clock of the listing and in UTC, and amounts with a decimal comma', () => {
    const [line = []] = cellsOf(linesOf([row], 'nb', false));
    expect(line.slice(4, 9)).toEqual([
      '2026-12-01 18:00',
      '2026-12-02 00:00',
      'Europe/Oslo',
      '2026-12-01T17:00:00.000Z',
      '2026-12-01T23:00:00.000Z',
    ]);
    expect(line.slice(17, 20)).toEqual(['960,00', '240,05', '1200,05']);
    expect(cellsOf(linesOf([{ ...row, net: 0, vat: 5, total: 5 }], 'nb', false))[0]?.slice(17, 20)).toEqual([
      '0,00',
      '0,05',
      '0,05',
    ]);
  });

  it.each(['=1+1', '+47 55', '-2', '@SUM(A1)', '\t=1', '\r=1', '＝1+1'])(
    'shows %j and does not calculate it',
    (purpose) => {
      const [line = []] = cellsOf(linesOf([{ ...row, purpose, booker: purpose }], 'nb', false));
      expect([line[11], line[12]]).toEqual([`'${purpose}`, `'${purpose}`]);
    },
  );

  it('keeps every text as it is, whatever stands in it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !/^[=+\-@\t\r＝＋－＠]/.test(value));
    fc.assert(
      fc.property(text, text, (purpose, booker) => {
        const [line = [], ...others] = cellsOf(linesOf([{ ...row, purpose, booker }], 'nb', false));
        expect(others).toEqual([]);
        expect([line[11], line[12]]).toEqual([purpose, booker]);
      }),
      { numRuns: 500 },
    );
  });
});
