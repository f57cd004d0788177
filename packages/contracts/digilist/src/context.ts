import { eventsOf, operationsOf } from '@kit/contracts';

/** Declares operations and events of DIGILIST; their subjects can only lie below `digilist.`. */
export const operation = operationsOf('digilist');
export const event = eventsOf('digilist');
