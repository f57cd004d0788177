import { type HttpRoute, type Operation, pathParameters } from '@kit/contracts';
import { ApiProblem, type Problem } from './api-problem.js';
import type { CallOptions, Download, Upload } from './operations.js';

export interface ClientOptions {
  /** Address of the gateway, e.g. `http://localhost:3000`. */
  baseUrl: string;
  /** Slug of the tenant, for calls before anybody is signed in. */
  tenant?: string;
  /** `nb`, `nn` or `en`. */
  language?: string;
  fetch?: typeof fetch;
}

export interface Tokens {
  accessToken: string;
  refreshToken?: string | undefined;
}

/** Gets new tokens for old ones; see `Transport.send`. */
export type Refresh = (refreshToken: string) => Promise<Tokens>;

/** What an answer carried besides its body. */
export interface AnswerMeta {
  status: number;
  etag: string | null;
  /** The answer of an earlier request with the same Idempotency-Key. */
  replayed: boolean;
  headers: Headers;
}

const metas = new WeakMap<object, AnswerMeta>();

/** Status, ETag and headers of an answer this client gave. */
export function metaOf(answer: object): AnswerMeta {
  const meta = metas.get(answer);
  if (!meta) throw new Error('this object is no answer of the client');
  return meta;
}

/** ETag of an answer, for `ifMatch`. */
export const etagOf = (answer: object): string | null => metaOf(answer).etag;

/** Sends operations as their declarations say, with the tokens it holds. */
export class Transport {
  private tokens: Tokens | null = null;
  private refreshing: Promise<void> | null = null;
  private readonly fetch: typeof fetch;
  private readonly base: string;

  constructor(
    private readonly options: ClientOptions,
    private readonly refresh: Refresh,
  ) {
    this.base = options.baseUrl.replace(/\/$/, '');
    this.fetch = options.fetch ?? globalThis.fetch;
  }

  get current(): Tokens | null {
    return this.tokens;
  }

  use(tokens: Tokens | null): void {
    this.tokens = tokens;
  }

  /**
   * One call. When the access token is refused and a refresh token is at hand, refreshes once, for all calls that wait,
   * and tries again.
   * @throws ApiProblem what the gateway refused
   */
  async send(operation: Operation, request: object, options: CallOptions = {}): Promise<unknown> {
    const used = this.tokens;
    const response = await this.once(operation, request, options);
    if (response.status !== 401 || !used?.refreshToken || operation.access.kind === 'anonymous') {
      return this.answer(operation, response);
    }
    await response.body?.cancel();
    await this.renew(used);
    return this.answer(operation, await this.once(operation, request, options));
  }

  private async renew(used: Tokens): Promise<void> {
    // Somebody else has renewed them while this call was on its way.
    if (this.tokens !== used || !used.refreshToken) return;
    this.refreshing ??= this.refresh(used.refreshToken)
      .then((tokens) => {
        this.tokens = tokens;
      })
      .finally(() => {
        this.refreshing = null;
      });
    await this.refreshing;
  }

  private once(
    operation: Operation,
    request: object,
    { idempotencyKey, ifMatch, headers, signal }: CallOptions,
  ): Promise<Response> {
    const { http } = operation;
    if (!http) throw new Error(`${operation.id} is internal: it has no HTTP route`);
    const { url, body, carried } = addressed(this.base, http, request as Record<string, unknown>);
    const version = typeof ifMatch === 'object' ? etagOf(ifMatch) : ifMatch;
    return this.fetch(url, {
      method: http.method,
      headers: {
        accept: 'application/json',
        ...(body !== null && { 'content-type': http.upload ? (request as Upload).contentType : 'application/json' }),
        ...(this.tokens && { authorization: `Bearer ${this.tokens.accessToken}` }),
        ...(this.options.tenant && { 'x-tenant': this.options.tenant }),
        ...(this.options.language && { 'accept-language': this.options.language }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...(version && { 'if-match': version }),
        ...carried,
        ...headers,
      },
      redirect: http.answers === 'redirect' ? 'manual' : 'follow',
      ...(body !== null && { body }),
      ...(signal && { signal }),
    });
  }

  private async answer(operation: Operation, response: Response): Promise<unknown> {
    const { headers, status } = response;
    if (operation.http?.answers === 'redirect' && status === 303) return { location: headers.get('location') };
    if (operation.http?.answers === 'chunks' && response.ok) return downloadOf(response);
    const text = await response.text();
    if (!response.ok) throw problemOf(operation.id, status, headers, text);
    if (operation.http?.answers === 'page') return { html: text };
    if (text === '') return undefined;
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      metas.set(body, {
        status,
        etag: headers.get('etag'),
        replayed: headers.get('idempotent-replayed') === 'true',
        headers,
      });
    }
    return body;
  }
}

async function downloadOf(response: Response): Promise<Download> {
  const { headers } = response;
  return {
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    fileName: /filename="([^"]*)"/.exec(headers.get('content-disposition') ?? '')?.[1] ?? 'download',
    content: new Uint8Array(await response.arrayBuffer()),
  };
}

/** Where each property of the request goes: path, cookie, header field, the query (all that is left, of GET and DELETE), else the body. */
function addressed(
  base: string,
  http: HttpRoute,
  request: Record<string, unknown>,
): { url: string; body: string | Uint8Array<ArrayBuffer> | null; carried: Record<string, string> } {
  const { path: template, method, cookies, fields } = http;
  const inPath = pathParameters(template);
  const path = inPath.reduce(
    (url, name) => url.replace(`{${name}}`, encodeURIComponent(String(request[name]))),
    `${base}${http.base}${template}`,
  );
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const cookie = given.filter(([name]) => name in cookies).map(([name, value]) => `__Host-${cookies[name]}=${value}`);
  const carried = {
    ...(cookie.length > 0 && { cookie: cookie.join('; ') }),
    ...Object.fromEntries(
      given.filter(([name]) => name in fields).map(([name, value]) => [fields[name], String(value)]),
    ),
  };
  const rest = given.filter(([name]) => !(inPath.includes(name) || name in cookies || name in fields));
  if (http.upload)
    return { url: path, body: (request as unknown as Upload).content as Uint8Array<ArrayBuffer>, carried };
  if (http.raw) return { url: path, body: String(request[http.raw]), carried };
  const bodiless = method === 'GET' || method === 'DELETE';
  const query = new URLSearchParams();
  for (const [name, value] of rest)
    if (bodiless || http.query.includes(name))
      for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  const text = query.toString();
  const inBody = rest.filter(([name]) => !http.query.includes(name));
  return {
    url: text === '' ? path : `${path}?${text}`,
    body: bodiless ? null : JSON.stringify(Object.fromEntries(inBody)),
    carried,
  };
}

function problemOf(operation: string, status: number, headers: Headers, text: string): ApiProblem {
  const retryAfter = headers.has('retry-after') ? Number(headers.get('retry-after')) : null;
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    return new ApiProblem(JSON.parse(text) as Problem, operation, retryAfter);
  }
  // Somebody between us and the gateway answered.
  const title = text.slice(0, 200) || `HTTP ${status}`;
  const problem = {
    type: 'about:blank',
    title,
    status,
    detail: title,
    instance: '',
    code: `HTTP_${status}`,
    traceId: '',
  };
  return new ApiProblem(problem, operation, retryAfter);
}
