import { anonymous, Ids, Nothing, OVERLOADED, operationsOf, RATE_LIMITED, Text, Texts } from '@kit/contracts';

export class ListenEvents {
  @Texts({
    optional: true,
    max: 20,
    length: 100,
    description: 'Only types that begin like this, whole words; may be given several times. Without it all of them',
    example: ['digilist.booking'],
  })
  types?: string[];

  @Ids({
    optional: true,
    max: 50,
    description: 'Only events about one of these: their subject, or an id that they tell',
  })
  about?: string[];

  @Text({
    optional: true,
    max: 300,
    description: 'Go on after this `id` of an earlier answer; for callers who cannot send Last-Event-ID',
  })
  after?: string;

  @Text({
    optional: true,
    max: 300,
    description: 'Go on after this `id`; browsers send it by themselves when they connect again',
  })
  lastEventId?: string;
}

/** The one route that is answered here: no service is asked for it as a whole, and it lasts. */
export const listenEvents = operationsOf('gateway')({
  id: 'listenEvents',
  subject: 'event.listen.v1',
  summary: 'Hear what happens, as it happens (server-sent events)',
  http: { method: 'GET', path: '/events', answers: 'events', fields: { lastEventId: 'Last-Event-ID' } },
  request: ListenEvents,
  response: Nothing,
  access: anonymous('what is public is told to anybody; with a token, all that the caller may read'),
  errors: [OVERLOADED, RATE_LIMITED],
});
