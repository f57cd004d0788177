import {
  AUTH_REQUIRED,
  MALFORMED_REQUEST,
  type Operation,
  PRECONDITION_REQUIRED,
  Refusal,
  TENANT_MISMATCH,
  TOKEN_INVALID,
} from '@kit/contracts';
import type { MsgHdrs } from '@nats-io/transport-node';
import { v7 as uuidv7 } from 'uuid';
import { type AccessTokens, TokenRefused } from '../auth/access-tokens.js';
import { localeOf } from '../context/locale.js';
import type { Principal, RequestContext } from '../context/request-context.js';
import { WIRE } from '../context/wire-headers.js';
import { traceparentOr } from '../telemetry/trace-context.js';
import { versionOf } from './etag.js';
import { validRequest } from './validate.js';

/** How long a request without a deadline may take. */
const DEFAULT_DEADLINE_MS = 3_000;
const MAX_DEADLINE_MS = 60_000;
const MAX_IDEMPOTENCY_KEY = 255;

export interface Incoming {
  subject: string;
  headers?: MsgHdrs;
  data: Uint8Array;
}

/** Told of every request whose header contradicts its token. */
export type OnTenantMismatch = (ctx: RequestContext) => Promise<void>;

/** Asked for every internal request that is valid. @throws Refusal */
export type AdmitInternal = (ctx: RequestContext) => Promise<void>;

/** From a NATS message to a context and a valid request: authentication, then tenant, then validation. */
export class RequestPipeline {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly onTenantMismatch: OnTenantMismatch,
    private readonly clock: () => Date,
    private readonly admitInternal: AdmitInternal = async () => undefined,
  ) {}

  /** Everything of a request that can be known before anybody is authenticated. */
  envelope(operation: Operation, { headers }: Incoming): RequestContext {
    const read = (name: string): string | null => headers?.get(name) || null;
    const now = this.clock();
    const deadline = Number(read(WIRE.deadline));
    return {
      operation,
      request: null,
      requestId: read(WIRE.requestId) ?? uuidv7(),
      traceparent: traceparentOr(read(WIRE.traceparent) ?? undefined),
      deadline: deadline > 0 ? Math.min(deadline, Date.now() + MAX_DEADLINE_MS) : Date.now() + DEFAULT_DEADLINE_MS,
      now,
      principal: { kind: 'anonymous' },
      token: read(WIRE.authorization)?.replace(/^Bearer /i, '') ?? null,
      tenantHint: read(WIRE.tenant),
      locale: localeOf(read(WIRE.language)),
      ip: read(WIRE.clientIp),
      userAgent: read(WIRE.userAgent)?.slice(0, 300) ?? null,
      idempotencyKey: read(WIRE.idempotencyKey)?.slice(0, MAX_IDEMPOTENCY_KEY) ?? null,
      ifMatch: versionOf(read(WIRE.ifMatch) ?? ''),
      reach: null,
      authorized: false,
      etag: null,
      replayed: false,
    };
  }

  async open(envelope: RequestContext, incoming: Incoming): Promise<{ ctx: RequestContext; request: object }> {
    const principal = await this.principalOf(envelope, incoming.subject);
    const identified = { ...envelope, principal };
    if (principal.kind === 'user' && envelope.tenantHint !== null && envelope.tenantHint !== principal.tenantSlug) {
      await this.onTenantMismatch(identified);
      throw new Refusal(TENANT_MISMATCH);
    }
    if (envelope.operation.version === 'required' && envelope.ifMatch === null)
      throw new Refusal(PRECONDITION_REQUIRED);
    const request = validRequest(envelope.operation.request, parse(incoming.data));
    const ctx = { ...identified, request };
    if (principal.kind === 'product') await this.admitInternal(ctx);
    return { ctx, request };
  }

  private async principalOf({ operation, token, now }: RequestContext, subject: string): Promise<Principal> {
    if (operation.access.kind === 'internal') return productOf(subject);
    // Signing in must work for somebody who still sends the token that has expired.
    if (operation.access.kind === 'anonymous' && !operation.access.tenant) return { kind: 'anonymous' };
    if (token === null) {
      if (operation.access.kind === 'anonymous') return { kind: 'anonymous' };
      throw new Refusal(AUTH_REQUIRED);
    }
    try {
      return await this.tokens.verify(token, now);
    } catch (error) {
      if (error instanceof TokenRefused) throw new Refusal(TOKEN_INVALID);
      throw error;
    }
  }
}

/** `<context>.internal.<key>.…`, or `<key>@<region>`: the server's configuration says which account may use which. */
function productOf(subject: string): Principal {
  const [key = '', region] = (subject.split('.')[2] as string).split('@');
  return { kind: 'product', key, ...(region && { region }) };
}

function parse(data: Uint8Array): unknown {
  if (data.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString());
  } catch {
    throw new Refusal(MALFORMED_REQUEST);
  }
}
