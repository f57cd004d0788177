import { Resolver } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG } from '../../config.js';
import { isAllowedAddress, type TargetProblem, TargetRefused, type TargetRules, targetOf } from './domain/target.js';

export const USER_AGENT = 'Platform-Integrations/1';
const CONNECT_MS = 5_000;
const TOTAL_MS = 30_000;
const MAX_RESPONSE_BYTES = 64 * 1024;
/** Per origin, and each for `TOTAL_MS` at most. As many as may be open: one too few is one connection more per request. */
const KEPT_CONNECTIONS = 300;

export interface OutgoingRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never more than 30 seconds. */
  readonly timeoutMs?: number;
}

export interface IncomingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most 64 kB; what is longer is cut off. */
  readonly body: Buffer;
  readonly truncated: boolean;
  readonly elapsedMs: number;
}

export const SEND_PROBLEMS = {
  dns: 'The host name could not be looked up.',
  connect_timeout: 'No connection within 5 seconds.',
  timeout: 'No answer in time.',
  tls: 'The certificate of the host is not valid.',
  connection: 'The connection failed.',
} as const;
export type SendProblem = keyof typeof SEND_PROBLEMS;

/** There was no answer. The message holds nothing of what the other side, or the network, said. */
export class SendFailed extends Error {
  constructor(readonly problem: SendProblem) {
    super(SEND_PROBLEMS[problem]);
    this.name = 'SendFailed';
  }
}

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<string[]>;

/** Injection token; specs give a resolver of their own. */
export const RESOLVE = Symbol('resolver of host names');

/**
 * The one way to a URL that somebody outside wrote. It connects to public addresses only: a literal is checked once the
 * URL is parsed, a name at the moment of connecting, with exactly the addresses that are connected to. No redirects, no
 * cookies, no credentials in URLs, and little patience.
 */
@Injectable()
export class SafeHttp implements OnModuleDestroy {
  private readonly agents: { 'http:': HttpAgent; 'https:': HttpsAgent };

  constructor(
    @Inject(CONFIG) private readonly rules: TargetRules,
    @Inject(RESOLVE) private readonly resolve: Resolve = resolvePublicly,
  ) {
    const options = { keepAlive: true, keepAliveMsecs: 10_000, maxFreeSockets: KEPT_CONNECTIONS, timeout: TOTAL_MS };
    this.agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
  }

  onModuleDestroy(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  /** Whether the URL may be kept at all. @throws TargetRefused */
  check(url: string): URL {
    return targetOf(url, this.rules);
  }

  /** @throws TargetRefused, SendFailed. Any status is an answer, 3xx too. */
  async send(request: OutgoingRequest): Promise<IncomingAnswer> {
    const url = this.check(request.url);
    const deadline = Date.now() + Math.min(request.timeoutMs ?? TOTAL_MS, TOTAL_MS);
    try {
      return await this.attempt(url, request, deadline, true);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return this.attempt(url, request, deadline, false);
    }
  }

  private attempt(url: URL, request: OutgoingRequest, deadline: number, reuse: boolean): Promise<IncomingAnswer> {
    const secure = url.protocol === 'https:';
    const options: RequestOptions = {
      method: request.method ?? 'GET',
      agent: reuse && this.agents[secure ? 'https:' : 'http:'],
      lookup: this.lookup,
      headers: {
        ...request.headers,
        'user-agent': USER_AGENT,
        ...(request.body !== undefined && { 'content-length': String(Buffer.byteLength(request.body)) }),
      },
    };
    const started = Date.now();
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(url, options);
      const fail = (problem: SendProblem) => outgoing.destroy(new SendFailed(problem));
      const total = setTimeout(() => fail('timeout'), Math.max(deadline - started, 0));
      let connect: NodeJS.Timeout | undefined;
      const settle = () => {
        clearTimeout(total);
        clearTimeout(connect);
      };
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) return;
        connect = setTimeout(() => fail('connect_timeout'), CONNECT_MS);
        socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connect));
      });
      outgoing.on('error', (error) => {
        settle();
        reject(outgoing.reusedSocket && isReset(error) ? new StaleConnection() : problemOf(error));
      });
      outgoing.on('response', (answer) => {
        read(answer).then(
          (content) => {
            settle();
            const headers = Object.fromEntries(
              Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
            );
            resolve({ status: answer.statusCode ?? 0, headers, ...content, elapsedMs: Date.now() - started });
          },
          (error) => {
            settle();
            reject(problemOf(error));
          },
        );
      });
      outgoing.end(request.body);
    });
  }

  private readonly lookup: LookupFunction = (host, options, done) => {
    this.resolve(host.replace(/\.$/, '')).then(
      (addresses) => {
        // One inner address among public ones is no mistake: refused as a whole.
        if (addresses.some((address) => !isAllowedAddress(address, this.rules))) {
          return done(new TargetRefused('address'), '', 0);
        }
        const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const [first] = all;
        if (!first) return done(new SendFailed('dns'), '', 0);
        if (options.all) return done(null, all);
        done(null, first.address, first.family);
      },
      () => done(new SendFailed('dns'), '', 0),
    );
  };
}

/** The other side had closed a connection that was kept for the next request. */
class StaleConnection extends Error {}

async function read(answer: IncomingMessage): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, MAX_RESPONSE_BYTES - bytes));
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) break; // leaving the loop destroys the connection
  }
  return { body: Buffer.concat(chunks), truncated: bytes > MAX_RESPONSE_BYTES };
}

const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes((error as { code?: string }).code ?? '');

function problemOf(error: unknown): Error {
  // Node tries several addresses and gathers why each failed.
  const [cause = error] = error instanceof AggregateError ? error.errors : [];
  if (cause instanceof TargetRefused || cause instanceof SendFailed) return cause;
  const code = (cause as { code?: string }).code ?? '';
  return new SendFailed(/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|SSL|ALTNAME/.test(code) ? 'tls' : 'connection');
}

/**
 * Asks the name servers themselves: the system's own lookup would also answer from the hosts file and from search
 * domains, and its few threads would all wait for one name server that is silent.
 */
async function resolvePublicly(host: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 1_500, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length === 0) throw new SendFailed('dns');
  return addresses;
}

export { resolvePublicly, type TargetProblem, TargetRefused };
