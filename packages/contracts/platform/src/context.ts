import { eventsOf, operationsOf, statesOf } from '@kit/contracts';

export const operation = operationsOf('platform');
export const event = eventsOf('platform');
export const state = statesOf('platform');
