import { BOOKING_RULE_FIELDS, type BookingRuleOverrides } from '@digilist/contracts';
import { bookingRuleProblems, effective, originsOf } from './booking-rules.js';

const codes = (own: BookingRuleOverrides, template: BookingRuleOverrides = {}) =>
  bookingRuleProblems(effective(own, template)).map(({ path, code }) => `${path} ${code}`);

describe('the rules that hold in the end', () => {
  it('are the listing’s own, else those of its template, else the default', () => {
    const own = { leadMinutes: 0, roleKeys: [] };
    const template = { leadMinutes: 60, minAge: 18, roleKeys: ['club'] };
    expect(effective(own, template)).toMatchObject({ leadMinutes: 0, minAge: 18, roleKeys: [], stepMinutes: 30 });
    const origins = originsOf(own, template);
    expect(origins.map(({ field }) => field)).toEqual(BOOKING_RULE_FIELDS);
    expect(Object.fromEntries(origins.map(({ field, from }) => [field, from]))).toMatchObject({
      leadMinutes: 'listing',
      roleKeys: 'listing',
      minAge: 'template',
      stepMinutes: 'default',
    });
  });

  it.each([
    ['the longest shorter than the shortest', { maxDurationMinutes: 20 }, {}, ['maxDurationMinutes LESS_THAN_MIN']],
    [
      'the longest shorter than a step',
      { stepMinutes: 60, minDurationMinutes: 30, maxDurationMinutes: 30 },
      {},
      ['maxDurationMinutes LESS_THAN_STEP'],
    ],
    ['a notice beyond the horizon', { leadMinutes: 2880, horizonDays: 1 }, {}, ['leadMinutes BEYOND_HORIZON']],
    ['working days beyond the horizon', { leadWorkingDays: 3, horizonDays: 2 }, {}, ['leadWorkingDays BEYOND_HORIZON']],
    ['ages the wrong way round', { minAge: 18, maxAge: 17 }, {}, ['maxAge LESS_THAN_MIN']],
    [
      'kinds of organizations where none may',
      { bookers: 'persons', organizationKinds: ['company'] },
      {},
      ['organizationKinds ONLY_FOR_PERSONS'],
    ],
    ['a template it contradicts', { maxAge: 12 }, { minAge: 18 }, ['maxAge LESS_THAN_MIN']],
    ['nothing odd', { minAge: 18 }, { leadMinutes: 60 }, []],
  ] as [string, BookingRuleOverrides, BookingRuleOverrides, string[]][])('with %s', (_, own, template, expected) =>
    expect(codes(own, template)).toEqual(expected),
  );
});
