import { describe, expect, test } from '@jest/globals';
import { validateSync } from 'class-validator';
import { Email, Instant, LocalDate, Text, Texts } from './fields.js';

class Sample {
  @Email({ optional: true })
  email?: string;

  @Text({ optional: true })
  text?: string;

  @Texts({ optional: true })
  texts?: string[];

  @Instant({ optional: true })
  at?: string;

  @LocalDate({ optional: true })
  on?: string;
}

const violated = (values: Partial<Sample>) =>
  validateSync(Object.assign(new Sample(), values)).map(({ property }) => property);

describe('a field', () => {
  test('of text takes whatever a database can keep', () => {
    expect(violated({ text: 'Ærlig talt 👋', texts: ['a', ''] })).toEqual([]);
    expect(violated({ text: 'a\0b' })).toEqual(['text']);
    expect(violated({ text: 'half a wave \ud83d' })).toEqual(['text']);
    expect(violated({ texts: ['a', '\0'] })).toEqual(['texts']);
  });

  test('of an address takes what a mail can be sent to, and nothing that would write a line of its own into one', () => {
    expect(violated({ email: 'kari.nordmann+ball@bø.example.no' })).toEqual([]);
    for (const email of ['"a\r\nBcc: x"@example.no', '"a b"@example.no', 'a b@example.no', 'a@example.no\n', 'a'])
      expect(violated({ email })).toEqual(['email']);
  });

  test.each([
    '2026-02-31T10:00:00Z',
    '2026-04-31T10:00:00+02:00',
    '2027-02-29T00:00:00.000Z',
    '2026-13-01T00:00:00Z',
    '2026-12-01T18:00:00',
  ])('of an instant refuses %s', (at) => expect(violated({ at })).toEqual(['at']));

  test.each(['2028-02-29T23:59:59.999999+14:00', '2026-12-31T00:00Z', '2026-12-01T18:00:00+01:00'])(
    'of an instant takes %s',
    (at) => expect(violated({ at })).toEqual([]),
  );

  test('of a date takes dates of the calendar', () => {
    expect(violated({ on: '2028-02-29' })).toEqual([]);
    expect(violated({ on: '2026-02-29' })).toEqual(['on']);
    expect(violated({ on: '2026-06-31' })).toEqual(['on']);
  });
});
