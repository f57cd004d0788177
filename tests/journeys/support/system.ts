import type { NatsCredentials, RunningSystem } from '@kit/testing';

/** What a spec needs of a system to talk to it. */
export type System = Pick<RunningSystem, 'gatewayUrl' | 'urls' | 'superAdmin'> & {
  mail: { url: string };
  nats: { url: string; credentials: NatsCredentials };
};

/** The system of the whole run; nobody stops or breaks it. */
export function sharedSystem(): System {
  const { JOURNEY_SYSTEM } = process.env;
  if (!JOURNEY_SYSTEM) throw new Error('no system: run these specs through Jest of this package');
  return JSON.parse(JOURNEY_SYSTEM) as System;
}
