import { describe, expect, it } from '@jest/globals';
import { type EventType, factSchema, mayKnow, permissionsIn } from '@kit/contracts';
import { calendarEvents, digilistEvents, type HoldFact, holdEvents, PERMISSIONS } from './index.js';

const events: readonly EventType[] = digilistEvents;
const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
const stranger = { userId: null, extentOf: () => null };
const exampleOf = ({ data }: EventType): object => factSchema(data).example;

describe('every event', () => {
  it('says who may see it live, by permissions that exist', () => {
    const silent = events.filter((event) => event.audience(exampleOf(event), ID).length === 0);
    expect(silent.map(({ type }) => type)).toEqual([]);
    const named = events.flatMap((event) => permissionsIn(event.audience(exampleOf(event), ID)));
    expect(named.filter((permission) => !(permission in PERMISSIONS))).toEqual([]);
  });

  it('that tells of a person is for nobody who has not signed in', () => {
    const personal = events.filter(({ data }) =>
      /user|onBehalf|createdBy|actor/i.test(JSON.stringify(factSchema(data))),
    );
    expect(personal.length).toBeGreaterThan(5);
    expect(personal.filter((event) => mayKnow(event.audience(exampleOf(event), ID), stranger))).toEqual([]);
  });

  it('of a hold is for its holder, and shows everybody else that the calendar changed', () => {
    for (const event of holdEvents) {
      const fact = exampleOf(event) as HoldFact;
      expect(event.audience(fact, ID)).toEqual([`user:${fact.userId}`]);
      expect(event.publicly?.(fact, ID)?.data).toEqual({
        listingId: fact.listingId,
        zoneIds: [fact.zoneId],
        startsAt: fact.startsAt,
        endsAt: fact.endsAt,
      });
    }
  });

  it('tells anybody of it only as one that is declared, and with ids and times only', () => {
    for (const event of events) {
      const part = event.publicly?.(exampleOf(event), ID) ?? null;
      if (part === null) continue;
      expect((calendarEvents as readonly EventType[]).includes(part.type)).toBe(true);
      expect(Object.keys(part.data).sort()).toEqual(['endsAt', 'listingId', 'startsAt', 'zoneIds']);
    }
  });
});
