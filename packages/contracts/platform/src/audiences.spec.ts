import { describe, expect, it } from '@jest/globals';
import { type EventType, factSchema, mayKnow, permissionsIn } from '@kit/contracts';
import { platformEvents, platformOperations } from './index.js';

const events: readonly EventType[] = platformEvents;
const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
const audienceOf = (event: EventType) => event.audience(factSchema(event.data).example, ID);

describe('every event', () => {
  it('says who may see it live, by permissions that some operation asks for', () => {
    expect(events.filter((event) => audienceOf(event).length === 0).map(({ type }) => type)).toEqual([]);
    const asked = new Set(
      platformOperations.flatMap(({ access }) => (access.kind === 'permission' ? [access.permission] : [])),
    );
    const named = events.flatMap((event) => permissionsIn(audienceOf(event)));
    expect(named.filter((permission) => !asked.has(permission))).toEqual([]);
  });

  it('is for nobody who has not signed in', () => {
    const stranger = { userId: null, extentOf: () => null };
    expect(events.filter((event) => mayKnow(audienceOf(event), stranger) || event.publicly)).toEqual([]);
  });
});
