import type { ApprovalStep, AvailabilityRule } from '@digilist/contracts';
import type { Name, PriceContent, ZoneContent } from './types.js';

const WORKDAYS: AvailabilityRule['weekdays'] = ['MO', 'TU', 'WE', 'TH', 'FR'];

/** Sports halls: long days, shorter weekends, closed on public holidays, on Christmas Eve and in July. */
export const hallHours = (year: number): AvailabilityRule[] => [
  { kind: 'weekly', weekdays: WORKDAYS, opens: '08:00', closes: '23:00' },
  { kind: 'weekly', weekdays: ['SA'], opens: '09:00', closes: '20:00' },
  { kind: 'weekly', weekdays: ['SU'], opens: '10:00', closes: '20:00' },
  {
    kind: 'public_holiday',
    note: { nb: 'Stengt på helligdager', nn: 'Stengt på heilagdagar', en: 'Closed on holidays' },
  },
  ...[year, year + 1].flatMap((y): AvailabilityRule[] => [
    {
      kind: 'exception',
      firstDate: `${y}-12-24`,
      lastDate: `${y}-12-24`,
      note: { nb: 'Stengt på julaften', nn: 'Stengt på julaftan', en: 'Closed on Christmas Eve' },
    },
    {
      kind: 'season',
      firstDate: `${y}-06-20`,
      lastDate: `${y}-08-15`,
      weekdays: WORKDAYS,
      opens: '10:00',
      closes: '18:00',
      note: { nb: 'Sommertid', nn: 'Sommartid', en: 'Summer hours' },
    },
    {
      kind: 'blackout',
      firstDate: `${y}-07-06`,
      lastDate: `${y}-07-26`,
      note: { nb: 'Hovedrengjøring', nn: 'Hovudreingjering', en: 'Main cleaning' },
    },
  ]),
];

export const houseHours: AvailabilityRule[] = [
  { kind: 'weekly', weekdays: WORKDAYS, opens: '08:00', closes: '22:00' },
  { kind: 'weekly', weekdays: ['SA'], opens: '10:00', closes: '24:00' },
  { kind: 'weekly', weekdays: ['SU'], opens: '12:00', closes: '20:00' },
  {
    kind: 'public_holiday',
    opens: '12:00',
    closes: '18:00',
    note: { nb: 'Helligdag', nn: 'Heilagdag', en: 'Public holiday' },
  },
];

export const officeHours: AvailabilityRule[] = [
  { kind: 'weekly', weekdays: WORKDAYS, opens: '07:30', closes: '21:00' },
  { kind: 'weekly', weekdays: ['SA'], opens: '10:00', closes: '16:00' },
  { kind: 'public_holiday', note: { nb: 'Stengt', nn: 'Stengt', en: 'Closed' } },
];

export const hallRules = {
  stepMinutes: 30,
  minDurationMinutes: 60,
  maxDurationMinutes: 240,
  leadMinutes: 60,
  horizonDays: 365,
};
export const roomRules = {
  stepMinutes: 30,
  minDurationMinutes: 30,
  maxDurationMinutes: 480,
  leadMinutes: 0,
  horizonDays: 180,
};
export const houseRules = {
  stepMinutes: 60,
  minDurationMinutes: 120,
  maxDurationMinutes: 840,
  leadMinutes: 2880,
  horizonDays: 540,
};
export const loanRules = {
  stepMinutes: 30,
  minDurationMinutes: 60,
  maxDurationMinutes: 4320,
  leadMinutes: 120,
  horizonDays: 180,
};

/**
 * A hall that can be had whole, in halves and in thirds. Halves and thirds do not share borders, so the middle court
 * has two sides: four parts of their own, and whatever consists of a common part excludes each other.
 */
export const dividedHall: readonly ZoneContent[] = [
  { key: 'bane-1', name: { nb: 'Bane 1', en: 'Court 1' }, capacity: 60, areaM2: 323 },
  {
    key: 'bane-2-vest',
    name: { nb: 'Bane 2, vestsiden', nn: 'Bane 2, vestsida', en: 'Court 2, west side' },
    capacity: 30,
    areaM2: 161,
  },
  {
    key: 'bane-2-ost',
    name: { nb: 'Bane 2, østsiden', nn: 'Bane 2, austsida', en: 'Court 2, east side' },
    capacity: 30,
    areaM2: 161,
  },
  { key: 'bane-3', name: { nb: 'Bane 3', en: 'Court 3' }, capacity: 60, areaM2: 323 },
  {
    key: 'bane-2',
    name: { nb: 'Bane 2', en: 'Court 2' },
    parts: ['bane-2-vest', 'bane-2-ost'],
    capacity: 60,
    areaM2: 322,
  },
  {
    key: 'halv-a',
    name: { nb: 'Halv hall A', en: 'Half A' },
    parts: ['bane-1', 'bane-2-vest'],
    capacity: 90,
    areaM2: 484,
  },
  {
    key: 'halv-b',
    name: { nb: 'Halv hall B', en: 'Half B' },
    parts: ['bane-2-ost', 'bane-3'],
    capacity: 90,
    areaM2: 484,
  },
  {
    key: 'hel',
    name: { nb: 'Hele hallen', nn: 'Heile hallen', en: 'Whole hall' },
    parts: ['halv-a', 'halv-b'],
    capacity: 180,
    areaM2: 968,
  },
];

const EVENING = { weekdays: WORKDAYS, fromTime: '16:00', toTime: '23:00', priority: 10 };

const byTime = (zone: string, day: number, evening: number): PriceContent[] => [
  { name: { nb: 'Timepris', nn: 'Timepris', en: 'Per hour' }, kroner: day, unit: 'hour', zone },
  { name: { nb: 'Kveldspris', nn: 'Kveldspris', en: 'Evening rate' }, kroner: evening, unit: 'hour', zone, ...EVENING },
];

export const dividedHallPrices: readonly PriceContent[] = [
  ...byTime('hel', 600, 900),
  ...byTime('halv-a', 320, 480),
  ...byTime('halv-b', 320, 480),
  ...byTime('bane-1', 220, 330),
  ...byTime('bane-2', 220, 330),
  ...byTime('bane-3', 220, 330),
  ...byTime('bane-2-vest', 120, 180),
  ...byTime('bane-2-ost', 120, 180),
  {
    name: { nb: 'Tidtaker og måltavle', nn: 'Tidtakar og måltavle', en: 'Timekeeping' },
    kroner: 200,
    unit: 'booking',
    addOn: 'tidtaking',
  },
];

export const perHour = (kroner: number): PriceContent => ({
  name: { nb: 'Timepris', nn: 'Timepris', en: 'Per hour' },
  kroner,
  unit: 'hour',
});

export const free: PriceContent = {
  name: { nb: 'Gratis', nn: 'Gratis', en: 'Free of charge' },
  kroner: 0,
  unit: 'booking',
};

const usual: readonly ApprovalStep[] = [
  { key: 'large-group', when: { kind: 'attendees_above', attendees: 100 }, level: 'manager', workingDays: 3 },
  { key: 'business', when: { kind: 'actor_group', groups: ['business'] }, level: 'manager', workingDays: 3 },
  { key: 'high-amount', when: { kind: 'amount_above', amount: 500_000 }, level: 'manager', workingDays: 3 },
];

/** Clubs are let in at once; private persons are asked what for. */
export const privatePersonsApply: { name: Name; steps: readonly ApprovalStep[] } = {
  name: { nb: 'Privatpersoner søker', nn: 'Privatpersonar søkjer', en: 'Private persons apply' },
  steps: [
    { key: 'private', when: { kind: 'actor_group', groups: ['private'] }, level: 'manager', workingDays: 2 },
    ...usual,
  ],
};

export const alwaysDecided: { name: Name; steps: readonly ApprovalStep[] } = {
  name: { nb: 'Alle søknader behandles', nn: 'Alle søknader blir handsama', en: 'Every application is decided' },
  steps: [{ key: 'always', when: { kind: 'always' }, level: 'manager', workingDays: 3 }],
};
