import type { RegisterAnswer } from '../verification/organization-register.js';
import { findingOf, obstacleToAsking } from './verification.js';

const club: RegisterAnswer = {
  kind: 'found',
  name: 'STOREVIK IL',
  form: 'FLI',
  industries: ['93.120'],
  inLiquidation: false,
};

describe('what follows from the register', () => {
  it.each<[string, string, RegisterAnswer, string, string]>([
    ['a sports club', 'sports_club', club, 'verified', 'register_confirms'],
    [
      'a club of another kind',
      'sports_club',
      { ...club, industries: ['94.991', '93.120'] },
      'requested',
      'needs_a_person',
    ],
    ['a company', 'sports_club', { ...club, form: 'AS' }, 'requested', 'needs_a_person'],
    ['a club without a business', 'sports_club', { ...club, industries: [] }, 'requested', 'needs_a_person'],
    ['a club that names itself another group', 'youth_organization', club, 'requested', 'needs_a_person'],
    ['a group of the tenant’s own', 'toString', club, 'requested', 'needs_a_person'],
    ['another name', 'sports_club', { ...club, name: 'NORDLIA IL' }, 'requested', 'name_differs'],
    ['one that is wound up', 'sports_club', { ...club, inLiquidation: true }, 'requested', 'in_liquidation'],
    ['one that is gone', 'sports_club', { kind: 'deleted' }, 'rejected', 'deleted_in_register'],
    ['one that was never there', 'sports_club', { kind: 'unknown' }, 'rejected', 'not_in_register'],
  ])('about %s', (_, group, answer, status, reason) => {
    expect(findingOf(group, 'Storevik I.L.', answer)).toEqual({ status, reason });
  });

  it.each([
    ['Ålesund & Omegn idrettslag', 'AALESUND OG OMEGN IDRETTSLAG', 'name_differs'],
    ['Ålesund idrettslag', 'ÅLESUND IDRETTSLAG', 'register_confirms'],
    ['Bø-Gård I. L.', 'BØ GÅRD IL', 'register_confirms'],
  ])('%s and %s', (ours, theirs, reason) => {
    expect(findingOf('sports_club', ours, { ...club, name: theirs }).reason).toBe(reason);
  });

  it('is the same for equal facts, whoever they are about', () => {
    const other = { ...club, name: 'NORDLIA IDRETTSLAG' };
    expect(findingOf('sports_club', 'Nordlia idrettslag', other)).toEqual(
      findingOf('sports_club', 'Storevik IL', club),
    );
  });
});

it.each([
  ['974760673', null],
  ['974760674', 'invalid_organization_number'],
  ['12345678', 'invalid_organization_number'],
  ['97476067x', 'invalid_organization_number'],
  [null, 'no_organization_number'],
])('the register is asked for %s unless: %s', (number, obstacle) => {
  expect(obstacleToAsking(number)).toBe(obstacle);
});
