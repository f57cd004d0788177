import { describe, expect, it } from '@jest/globals';
import { basisPoints, cleanEmail, dateOf, minorUnits, slugOf, timeOfDay, withoutVat } from './values.js';
import { bookingStatus } from './words.js';

describe('what was written in the former system', () => {
  it('kroner become øre, to the øre', () => {
    expect(['0.10', '1234.5', '99999999.99', '-5.00', '12'].map(minorUnits)).toEqual([
      10, 123_450, 9_999_999_999, -500, 1_200,
    ]);
    expect([null, '', '1,50', 'gratis'].map(minorUnits)).toEqual([null, null, null, null]);
  });

  it('an amount is its parts without and with VAT, whatever rounding does', () => {
    for (const total of [0, 1, 99, 12_345, 50_000]) {
      for (const rate of [0, 1_200, 1_500, 2_500]) {
        const { net, vat } = withoutVat(total, rate);
        expect(net + vat).toBe(total);
        expect(Math.abs(vat - (net * rate) / 10_000)).toBeLessThanOrEqual(1);
      }
    }
    expect(withoutVat(50_000, 2_500)).toEqual({ net: 40_000, vat: 10_000 });
    expect([basisPoints('25.00'), basisPoints('-1'), basisPoints(null)]).toEqual([2_500, null, null]);
  });

  it('one address is one address, however it was typed', () => {
    expect(cleanEmail('  Kari@Innbygger.Example ')).toBe('kari@innbygger.example');
    expect(['', 'kari', 'kari@', 'a b@c.no', null].map(cleanEmail)).toEqual([null, null, null, null, null]);
  });

  it('hours, dates and slugs are read as people wrote them', () => {
    expect(['8', '07.30', '2230', '24:00', '25', 'ca. 8'].map(timeOfDay)).toEqual([
      '08:00',
      '07:30',
      '22:30',
      '24:00',
      null,
      null,
    ]);
    expect(['1980-05-17', '17.5.1980', '31.02.1990', 'ukjent'].map(dateOf)).toEqual([
      '1980-05-17',
      '1980-05-17',
      null,
      null,
    ]);
    expect(['Ås kommune', '3. etasje', 'Sør-Øst'].map(slugOf)).toEqual(['as-kommune', 'x-3-etasje', 'sor-ost']);
  });

  it('a status is what it meant, in all its spellings, and nothing where nobody knows', () => {
    expect(['CONFIRMED', ' Bekreftet', 'awaiting_approval', 'Til  behandling', 'no-show'].map(bookingStatus)).toEqual([
      'confirmed',
      'confirmed',
      'awaiting_approval',
      'awaiting_approval',
      'no_show',
    ]);
    expect([null, '', 'kanskje'].map(bookingStatus)).toEqual([null, null, null]);
  });
});
