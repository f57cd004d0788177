/** NATS headers of a request and its reply. */
export const WIRE = {
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  deadline: 'x-deadline',
  authorization: 'authorization',
  tenant: 'x-tenant',
  language: 'accept-language',
  idempotencyKey: 'idempotency-key',
  ifMatch: 'if-match',
  clientIp: 'x-client-ip',
  userAgent: 'user-agent',
  status: 'x-status',
  etag: 'etag',
  replayed: 'x-replayed',
} as const;
