import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids that every log line of a request carries. */
export interface LogScope {
  requestId: string;
  traceId: string;
  tenantId?: string;
}

const storage = new AsyncLocalStorage<LogScope>();

export const inScope = <T>(scope: LogScope, work: () => T): T => storage.run(scope, work);
export const currentScope = (): LogScope | undefined => storage.getStore();
