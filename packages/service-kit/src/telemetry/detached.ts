import { inScope } from '../logging/request-scope.js';
import { outsideTraces } from './spans.js';

/** Begins what outlives the request that has woken it, and works for others too: it has neither its ids nor its trace. */
export const detached = <T>(work: () => T): T => inScope(undefined, () => outsideTraces(work));
