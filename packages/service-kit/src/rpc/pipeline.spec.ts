import { expect, it } from '@jest/globals';
import { localeOf } from '../context/locale.js';
import { etagOf, versionOf } from './etag.js';

it.each([
  [null, 'nb'],
  ['', 'nb'],
  ['no', 'nb'],
  ['nn-NO,nb;q=0.5', 'nn'],
  ['fr, en;q=0.8, nb;q=0.9', 'nb'],
  ['en-GB', 'en'],
  ['en;q=0, nn;q=0.1', 'nn'],
  ['zz;q=x', 'nb'],
])('Accept-Language %p speaks %s', (header, locale) => {
  expect(localeOf(header)).toBe(locale);
});

it('reads back the versions it writes as ETags, and nothing else', () => {
  expect(versionOf(etagOf({ version: 7 }) as string)).toBe(7);
  expect(versionOf('W/"7"')).toBe(7);
  for (const other of ['7', '"x"', '*', '"1","2"', '"-1"', '"99999999999999999999"'])
    expect(versionOf(other)).toBeNull();
  expect(etagOf({ id: 'x' })).toBeNull();
});
