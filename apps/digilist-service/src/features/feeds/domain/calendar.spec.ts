import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { minuteFloor } from '../../listings/index.js';
import { CALENDAR_FOOT, calendarEvent, calendarHead, type FeedEvent } from './calendar.js';
import { contentLine, textValue } from './content-lines.js';
import { readFeedToken } from './feed-token.js';

const at = (text: string) => minuteFloor(new Date(text));
const FROM = at('2026-01-01T00:00:00Z');
const UNTIL = at('2028-01-01T00:00:00Z');

const event = (change: Partial<FeedEvent> = {}): FeedEvent => ({
  uid: '1@fjordvik.digilist',
  sequence: 2,
  changedAt: new Date('2026-05-01T10:00:30.500Z'),
  status: 'CONFIRMED',
  timezone: 'Europe/Oslo',
  startsAt: at('2026-07-01T10:00:00+02:00'),
  endsAt: at('2026-07-01T12:00:00+02:00'),
  summary: 'Hallen',
  location: null,
  description: null,
  url: null,
  ...change,
});

/** What a program that reads calendars makes of it, by the clocks that come with it and no others. */
function read(zones: string[], ...events: FeedEvent[]) {
  const text = calendarHead('Mine', zones, FROM, UNTIL) + events.map(calendarEvent).join('') + CALENDAR_FOOT;
  const calendar = new ICAL.Component(ICAL.parse(text));
  const known = new Map(
    calendar.getAllSubcomponents('vtimezone').map((component) => {
      const zone = new ICAL.Timezone(component);
      return [zone.tzid, zone];
    }),
  );
  const instantOf = (component: InstanceType<typeof ICAL.Component>, name: string): string => {
    const property = component.getFirstProperty(name) as InstanceType<typeof ICAL.Property>;
    const time = property.getFirstValue() as InstanceType<typeof ICAL.Time>;
    const zone = known.get(String(property.getParameter('tzid')));
    if (zone) time.zone = zone;
    return new Date(time.toUnixTime() * 1000).toISOString();
  };
  return {
    text,
    events: calendar.getAllSubcomponents('vevent').map((component) => ({
      starts: instantOf(component, 'dtstart'),
      ends: instantOf(component, 'dtend'),
      zone: component.getFirstProperty('dtstart')?.getParameter('tzid') ?? 'UTC',
      value: (name: string) => component.getFirstPropertyValue(name),
    })),
  };
}

const ZONES = ['Europe/Oslo', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata', 'UTC', 'Australia/Lord_Howe'];

describe('times', () => {
  it.each([
    ['an hour before the clock is set forward', 'Europe/Oslo', '2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z'],
    ['across the hour that is skipped', 'Europe/Oslo', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'],
    ['just after it', 'Europe/Oslo', '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z'],
    ['the hour that comes twice, the first time', 'Europe/Oslo', '2026-10-25T00:15:00Z', '2026-10-25T00:45:00Z'],
    ['the hour that comes twice, the second time', 'Europe/Oslo', '2026-10-25T01:15:00Z', '2026-10-25T01:45:00Z'],
    ['from the one to the other', 'Europe/Oslo', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    ['after both', 'Europe/Oslo', '2026-10-25T02:00:00Z', '2026-10-25T03:00:00Z'],
    ['in New York, when it is set forward there', 'America/New_York', '2026-03-08T06:30:00Z', '2026-03-08T07:30:00Z'],
    ['in New York, when only Europe has', 'America/New_York', '2026-10-28T12:00:00Z', '2026-10-28T13:00:00Z'],
    ['in New York, the second time', 'America/New_York', '2026-11-01T06:30:00Z', '2026-11-01T07:00:00Z'],
    ['in the south, where summer is in January', 'Pacific/Auckland', '2027-01-10T00:00:00Z', '2027-01-10T02:00:00Z'],
    [
      'where the clock is half an hour off and never set',
      'Asia/Kolkata',
      '2026-07-01T04:30:00Z',
      '2026-07-01T05:30:00Z',
    ],
    ['in the second year', 'Europe/Oslo', '2027-10-31T01:30:00Z', '2027-10-31T02:30:00Z'],
  ])('%s (%s) are read as they are meant', (_, timezone, from, to) => {
    const [shown] = read([timezone], event({ timezone, startsAt: at(from), endsAt: at(to) })).events;
    expect([shown?.starts, shown?.ends]).toEqual([new Date(from).toISOString(), new Date(to).toISOString()]);
  });

  it('any at all, in any zone, are read as they are meant', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: FROM, max: UNTIL - 600 }),
        fc.integer({ min: 1, max: 500 }),
        (timezone, startsAt, minutes) => {
          const [shown] = read([timezone], event({ timezone, startsAt, endsAt: startsAt + minutes })).events;
          expect(shown?.starts).toBe(new Date(startsAt * 60_000).toISOString());
          expect(shown?.ends).toBe(new Date((startsAt + minutes) * 60_000).toISOString());
        },
      ),
      { numRuns: 500, seed: 5545 },
    );
  });

  it('are told by the clock of the place, but for the hour that it shows twice', () => {
    const first = event({ startsAt: at('2026-10-24T23:15:00Z'), endsAt: at('2026-10-25T00:45:00Z') });
    const second = event({ startsAt: at('2026-10-25T01:15:00Z'), endsAt: at('2026-10-25T01:45:00Z') });
    expect(read(['Europe/Oslo'], first, second).events.map(({ zone }) => zone)).toEqual(['Europe/Oslo', 'UTC']);
  });
});

describe('a calendar', () => {
  it('says what it is, of which zones, and how often to look again', () => {
    const { text } = read(['Europe/Oslo', 'America/New_York'], event());
    for (const line of [
      'VERSION:2.0',
      'METHOD:PUBLISH',
      'CALSCALE:GREGORIAN',
      'TZID:America/New_York',
      'DTSTAMP:20260501T100030Z',
    ])
      expect(text).toContain(`${line}\r\n`);
    expect(text.startsWith('BEGIN:VCALENDAR\r\n')).toBe(true);
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  });

  it('keeps all that a text may hold, and breaks no line', () => {
    const summary = 'Øving; «to, tre» \\ fire\nny linje: ærlig 🎻'.repeat(5);
    const [shown] = read(
      ['Europe/Oslo'],
      event({ summary, location: 'Hallen, Strandgata 1', description: 'a\r\nb' }),
    ).events;
    expect(shown?.value('summary')).toBe(summary);
    expect(shown?.value('location')).toBe('Hallen, Strandgata 1');
    expect(shown?.value('description')).toBe('a\nb');
  });

  it('cannot be added to by a text', () => {
    const summary = 'Trening\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:falsk';
    expect(read(['Europe/Oslo'], event({ summary })).events).toHaveLength(1);
  });

  it('tells a cancellation, which takes no time any more', () => {
    const { events, text } = read(['Europe/Oslo'], event({ status: 'CANCELLED' }));
    expect(events[0]?.value('status')).toBe('CANCELLED');
    expect(text).toContain('TRANSP:TRANSPARENT');
  });
});

describe('a line', () => {
  it('is never longer than 75 octets, whatever it holds, and is whole again when it is unfolded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const line = contentLine('SUMMARY', textValue(text));
        expect(line.endsWith('\r\n')).toBe(true);
        for (const part of line.slice(0, -2).split('\r\n')) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(75);
        expect(line.replaceAll('\r\n ', '')).toBe(`SUMMARY:${textValue(text)}\r\n`);
      }),
      { numRuns: 500, seed: 75 },
    );
  });
});

describe('a token', () => {
  it.each([
    '',
    'x',
    '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
    '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f.short',
    'a.b.c',
    `${'0'.repeat(36)}.${'a'.repeat(43)}`,
  ])('%p is none', (text) => expect(readFeedToken(text)).toBeNull());
});
