import { describe, expect, it } from '@jest/globals';
import { buildCatalogue, type CatalogueRows, type ZonePlace } from './catalogue.js';
import { idOf } from './ids.js';

const rows = (more: Partial<CatalogueRows>): CatalogueRows => ({
  tenants: [{ id: '1', slug: 'Ås', name: 'Ås kommune' }],
  organizations: [],
  listings: [],
  zones: [],
  slugs: new Map(),
  ...more,
});
const organization = (id: string, parent: string | null, tenant = '1') => ({
  id,
  tenant_id: tenant,
  parent_id: parent,
  org_number: null,
});
const listing = (id: string, more = {}) => ({
  id,
  tenant_id: '1',
  organization_id: null,
  title: 'Hall',
  type: 'lokale',
  model: 'time',
  capacity: null,
  quantity: null,
  ...more,
});
const zone = (id: string, parent: string | null, of = 'hall') => ({ id, listing_id: of, parent_id: parent });

describe('the catalogue', () => {
  it('gives every tenant a slug of its own, and keeps the one it has got before', () => {
    const tenants = [
      { id: '1', slug: 'Ås', name: 'Ås' },
      { id: '2', slug: 'ås', name: 'Ås' },
      { id: '3', slug: null, name: null },
    ];
    const places = buildCatalogue(
      rows({
        tenants,
        slugs: new Map([
          ['tenant-3', 'somebody'],
          ['as', idOf('tenant', '1')],
        ]),
      }),
    ).tenants;
    expect([...places.values()].map(({ slug }) => slug)).toEqual(['as', 'as-2', 'tenant-3-3']);
  });

  it('hangs organizations below their parents, and what cannot hang anywhere stands by itself', () => {
    const organizations = [
      organization('1', null),
      organization('2', '1'),
      organization('3', '2'),
      organization('4', '99'),
      organization('5', '6'),
      organization('6', '5'),
      organization('7', '5'),
      organization('8', null, '9'),
    ];
    const places = buildCatalogue(rows({ organizations })).organizations;
    expect(places.get('3')?.ancestorIds).toEqual([idOf('organization', '1'), idOf('organization', '2')]);
    for (const id of ['4', '5', '6', '7'])
      expect(places.get(id)).toMatchObject({ parentId: null, ancestorIds: [], repairs: ['PARENT_DROPPED'] });
    expect(places.has('8')).toBe(false);
  });

  it('makes atoms of the zones that have no parts, and the whole of all of them', () => {
    const zones = [
      zone('all', null),
      zone('a', 'all'),
      zone('b', 'all'),
      zone('lost', null, 'nowhere'),
      zone('x', 'y'),
      zone('y', 'x'),
    ];
    const { listings, zones: places } = buildCatalogue(rows({ listings: [listing('hall'), listing('room')], zones }));
    const atoms = (id: string) => (places.get(id) as ZonePlace).atoms;
    expect(atoms('all')).toEqual([...atoms('a'), ...atoms('b')]);
    expect(listings.get('hall')?.whole.atoms).toEqual([...atoms('all'), ...atoms('x'), ...atoms('y')]);
    expect(listings.get('room')?.whole).toMatchObject({ parts: [], atoms: [idOf('atom-of-listing', 'room')] });
    expect(places.get('lost')).toEqual({ refused: 'ORPHAN_LISTING' });
  });

  it('knows how often a counted unit can be lent at once, and says where it had to guess', () => {
    const listings = [
      listing('1', { type: 'utstyr', model: 'antall', quantity: '4' }),
      listing('2', { type: 'utstyr', model: 'antall' }),
      listing('3', { model: '??' }),
    ];
    const places = buildCatalogue(rows({ listings, zones: [zone('z', null, '1')] })).listings;
    expect(places.get('1')).toMatchObject({ stock: 4, type: 'RESOURCE' });
    expect(places.get('2')?.repairs).toContain('STOCK_UNKNOWN');
    expect(places.get('3')).toMatchObject({ stock: null, model: 'TIME_RANGE', type: 'SPACE' });
  });
});
