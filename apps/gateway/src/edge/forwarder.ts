import {
  AUTH_REQUIRED,
  BODY_TOO_LARGE,
  type Operation,
  PRECONDITION_REQUIRED,
  Refusal,
  type RefusalBody,
  STALE_VERSION,
  VALIDATION_FAILED,
} from '@kit/contracts';
import { fitsMessage, type RawAnswer, type RpcClient, versionOf, WIRE } from '@kit/service/edge';
import { type MsgHdrs, headers as natsHeaders } from '@nats-io/transport-node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  cookieOf,
  dropTokens,
  endsCookies,
  keepTokens,
  refreshCookieOf,
  wantsCookies,
} from '../auth/session-cookies.js';
import { EdgeRefusal, UNSUPPORTED_MEDIA_TYPE } from '../problems/edge-codes.js';
import { reasonOfBody } from '../problems/problem.js';
import { sendProblem } from '../problems/send-problem.js';
import { announceEnd, redirect, sendDownload, sendPage, sendScim, withCursor } from './answers.js';
import { type Exchange, exchangeOf, single } from './exchange.js';
import { isForm, rawBodyOf } from './http-server.js';
import type { Regions } from './regions.js';
import type { RequestShape } from './request-shape.js';
import type { TenantNames } from './tenant-names.js';
import { inPieces, uploadOf } from './uploads.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const MAX_USER_AGENT = 300;
/** The last piece of an upload has all of it put away. */
const STORE_MS = 30_000;
const FRAMED_POLICY = "default-src 'none'; frame-ancestors https:";

/** From HTTP to NATS and back: the request is checked here, the answer's bytes pass through unread. */
export class Forwarder {
  constructor(
    private readonly rpc: RpcClient,
    private readonly tenants: TenantNames,
    private readonly deadlineMs: number,
    private readonly regions: Regions,
  ) {}

  async forward(
    operation: Operation,
    shape: RequestShape,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (isForm(request) && !operation.http?.form) throw new EdgeRefusal(UNSUPPORTED_MEDIA_TYPE);
    const exchange = exchangeOf(request);
    const tenantSlug = this.tenants.of(request);
    const headers = headersFor(operation, exchange, tenantSlug, request);
    const read = (content: unknown): string => {
      const body = shape.read({
        params: request.params as Record<string, unknown>,
        query: request.query as Record<string, unknown>,
        body: content,
        carried: carriedBy(operation, request),
      });
      // A body just below our own limit is refused here, not there.
      if (!fitsMessage(body)) throw new Refusal(BODY_TOO_LARGE);
      return body;
    };
    const asked = this.regions.several
      ? this.regions.in(
          await this.regions.of(operation, { principal: exchange.principal, tenantSlug }, request),
          operation,
        )
      : operation;
    const ask = (body: string, milliseconds = this.deadlineMs) =>
      this.rpc.forward(asked, headers, body, Date.now() + milliseconds);
    const upload = uploadOf(operation, request);
    const body = upload === null ? read(bodyOf(operation, request)) : '';
    const answer =
      upload === null
        ? await ask(body)
        : await inPieces(upload, (piece) => ask(read(piece), piece.last ? STORE_MS : this.deadlineMs));
    if (answer.headers?.get(WIRE.replayed)) reply.header('idempotent-replayed', 'true');
    if (operation.http?.framed) reply.header('content-security-policy', FRAMED_POLICY);
    if (operation.http?.retired) announceEnd(operation.http.retired, reply);
    if (!answer.ok) this.refuse(operation, answer, request, reply);
    else if (operation.http?.answers === 'redirect') {
      if (operation.http.session === 'ends') dropTokens(reply);
      redirect(answer, reply);
    } else if (operation.http?.answers === 'chunks') {
      sendDownload(answer, (cursor) => ask(withCursor(body, cursor)), request, reply, operation.http.maxAge);
    } else if (operation.http?.answers === 'page') sendPage(answer, reply);
    else if (operation.http?.answers === 'scim' && operation.response !== null) {
      sendScim(answer, statusOf(operation), request, reply);
    } else this.answer(operation, answer, request, reply);
  }

  private refuse(operation: Operation, answer: RawAnswer, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = JSON.parse(answer.text()) as RefusalBody;
    if (endsCookies(operation, refusal.kind) && wantsCookies(request)) dropTokens(reply);
    sendProblem(request, reply, reasonOfBody(refusal));
  }

  private answer(
    operation: Operation,
    { headers, data }: RawAnswer,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const etag = headers?.get(WIRE.etag);
    if (etag) {
      reply.header('etag', etag);
      reply.header('cache-control', 'private, no-cache');
      if (operation.readOnly && request.headers['if-none-match'] === etag) {
        reply.code(304).send();
        return;
      }
    }
    if (operation.http?.maxAge) reply.header('cache-control', `public, max-age=${operation.http.maxAge}`);
    reply.code(isDryRun(operation, request) ? 200 : statusOf(operation));
    const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const session = operation.http?.session;
    if (session === 'ends') dropTokens(reply);
    if (operation.response === null) reply.send();
    else if ((session === 'starts' || session === 'renews') && wantsCookies(request))
      reply.send(keepTokens(reply, body));
    else reply.header('content-type', JSON_TYPE).send(body);
  }
}

function headersFor(
  operation: Operation,
  exchange: Exchange,
  tenantSlug: string | null,
  request: FastifyRequest,
): MsgHdrs {
  const headers = natsHeaders();
  headers.append(WIRE.requestId, exchange.requestId);
  headers.append(WIRE.traceparent, exchange.traceparent);
  if (exchange.token !== null) headers.append(WIRE.authorization, `Bearer ${exchange.token}`);
  if (tenantSlug !== null) headers.append(WIRE.tenant, tenantSlug);
  headers.append(WIRE.language, exchange.locale);
  headers.append(WIRE.clientIp, request.ip);
  const userAgent = request.headers['user-agent'];
  if (userAgent) headers.append(WIRE.userAgent, userAgent.slice(0, MAX_USER_AGENT));
  const key = operation.idempotent ? single(request.headers['idempotency-key']) : undefined;
  if (key !== undefined) headers.append(WIRE.idempotencyKey, checkedKey(key));
  const version = expectedVersion(operation, request.headers['if-match']);
  if (version !== null) headers.append(WIRE.ifMatch, version);
  return headers;
}

/** A browser that keeps its tokens in cookies renews them without a body: it cannot read the refresh token. */
function bodyOf({ http }: Operation, request: FastifyRequest): unknown {
  if (http?.raw) return { [http.raw]: rawBodyOf(request) ?? '' };
  if (http?.session !== 'renews' || !wantsCookies(request) || (request.body !== undefined && request.body !== null))
    return request.body;
  const refreshToken = refreshCookieOf(request);
  if (!refreshToken) throw new Refusal(AUTH_REQUIRED);
  return { refreshToken };
}

/** What the route takes from cookies and header fields, and from nowhere else. */
function carriedBy({ http }: Operation, request: FastifyRequest): Record<string, string> {
  const carried: Record<string, string> = {};
  for (const [property, name] of Object.entries(http?.cookies ?? {})) {
    const value = cookieOf(request, name);
    if (value !== undefined) carried[property] = value;
  }
  for (const [property, name] of Object.entries(http?.fields ?? {})) {
    const value = single(request.headers[name.toLowerCase()]);
    if (value !== undefined) carried[property] = value;
  }
  return carried;
}

/** Whoever only asks what would happen has created nothing. */
const isDryRun = ({ http }: Operation, request: FastifyRequest): boolean =>
  http?.query.includes('dryRun') === true && (request.query as Record<string, unknown>).dryRun === 'true';

/** An operation that answers nothing answers 204, whatever else it declares. */
export const statusOf = (operation: Operation): number => {
  const status = operation.http?.status ?? 200;
  return operation.response === null && status === 200 ? 204 : status;
};

function checkedKey(key: string): string {
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new Refusal(VALIDATION_FAILED, {
    errors: [
      {
        path: 'Idempotency-Key',
        code: 'MATCHES',
        message: 'Idempotency-Key must be 1 to 255 printable ASCII characters',
      },
    ],
  });
}

/**
 * The version that the caller has read: required by some operations, heeded by all that may answer that it is stale.
 * `*` names no version; an ETag that is none of ours can never be the current one.
 */
function expectedVersion(operation: Operation, ifMatch: string | undefined): string | null {
  if (!operation.errors.includes(STALE_VERSION)) return null;
  if (ifMatch === undefined || ifMatch.trim() === '' || ifMatch.trim() === '*') {
    if (operation.version === 'required') throw new Refusal(PRECONDITION_REQUIRED);
    return null;
  }
  if (versionOf(ifMatch) === null) throw new Refusal(STALE_VERSION);
  return ifMatch;
}
