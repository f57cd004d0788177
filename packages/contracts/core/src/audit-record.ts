/**
 * Who did what to which thing, as a service hands it to the audit log. Personal data stays out of `changes`: it goes into
 * `personal`, under the user it is about, where it can be forgotten without breaking the chain.
 */
export interface AuditRecord {
  id: string;
  tenantId: string;
  /** RFC 3339. */
  occurredAt: string;
  actor: { kind: 'user' | 'job' | 'anonymous' | 'service'; id: string | null; impersonatorId?: string };
  /** `<product>.<resource>.<action>`, e.g. `acme.report.publish`. */
  action: string;
  entity: { type: string; id: string | null };
  outcome: 'done' | 'refused';
  /** Why it was refused, or a reason given by a person. */
  reason?: string;
  changes?: Record<string, unknown>;
  /** By the id of the user it is about, e.g. `{ [userId]: { email: { from, to } } }`. */
  personal?: Record<string, Record<string, unknown>>;
  orgId?: string;
  requestId: string;
  /** W3C trace that the request belongs to, 32 hexadecimal digits. */
  traceId?: string;
  /** Session of the caller's token. */
  sessionId?: string;
  /** Of the actor (or of the impersonator), and forgotten with them. */
  ip?: string;
  userAgent?: string;
}
