import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slugOf } from './slug.js';

describe('the name in addresses', () => {
  it.each([
    ['Ål idrettshall', 'al-idrettshall'],
    ['  Fjordhallen – bane 2! ', 'fjordhallen-bane-2'],
    ['3 baner', 'sted-3-baner'],
    ['Café Ærlig & Øl', 'cafe-aerlig-ol'],
    ['会議室', 'sted'],
    ['B', 'sted-b'],
  ])('of %s is %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('is one that addresses allow, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
        expect(slugOf(name)).toMatch(/^[a-z][a-z0-9-]{1,62}$/);
      }),
    );
  });
});
