import { createServer, type Server } from 'node:http';
import { freePort } from '@kit/local-servers';
import { decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { ClientMetadata, Configuration } from 'oidc-provider';

/** Somebody who signs in at the provider, with what it says of them. */
export interface Person {
  readonly id: string;
  readonly acr?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface ProviderOptions {
  readonly acrValues?: readonly string[];
  /** Pushed authorization requests, demanded of everybody. */
  readonly par?: boolean;
}

interface Tokens {
  id_token: string;
}

/**
 * A certified OpenID provider over HTTP on a port of its own. Its pages are not for people: whoever is at the door
 * (`person`) is signed in at once, and consents.
 */
export async function startProvider({ acrValues = [], par = false }: ProviderOptions = {}) {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signing: JWK = { ...(await exportJWK(privateKey)), kid: 'provider-1', alg: 'RS256', use: 'sig' };
  const clients = new Map<string, ClientMetadata>();
  const claims = new Map<string, Readonly<Record<string, unknown>>>();
  const sessions: string[] = [];
  const seen: { path: string; query: URLSearchParams; body: string }[] = [];
  const state = {
    person: { id: 'nobody' } as Person,
    /** Changes what the token endpoint answers, as a provider would that is broken or not the one it seems. */
    tamper: null as ((tokens: Tokens) => Promise<void> | void) | null,
  };

  const configuration: Configuration = {
    jwks: { keys: [signing as never] },
    cookies: { keys: ['of the tests'] },
    acrValues: [...acrValues],
    conformIdTokenClaims: false,
    ttl: { Interaction: 600, Session: 7_200, Grant: 7_200, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
    claims: { openid: ['sub', 'pid'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: par, requirePushedAuthorizationRequests: par },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = form;
        },
      },
    },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims.get(id) }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async (ctx) => {
      const { client, session, provider: self } = ctx.oidc;
      const clientId = client?.clientId ?? '';
      const known = session?.grantIdFor(clientId);
      if (known) return self.Grant.find(known);
      const grant = new self.Grant({ clientId, accountId: session?.accountId ?? '' });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    // It would refuse to reach this machine: here that is where everybody lives.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
  };
  const provider = await quietly(async () => {
    const { Provider } = await import('oidc-provider');
    return new Provider(issuer, configuration);
  });
  // Clients come and go while it runs.
  const find = provider.Client.find.bind(provider.Client);
  const made = new Map<string, InstanceType<typeof provider.Client>>();
  provider.Client.find = async (id: string) => {
    const metadata = clients.get(id);
    if (!metadata) return find(id);
    const known = made.get(id) ?? new (provider.Client as unknown as new (m: ClientMetadata) => never)(metadata);
    made.set(id, known);
    return known;
  };
  provider.use(async (ctx, next) => {
    seen.push({ path: ctx.path, query: new URLSearchParams(ctx.querystring), body: '' });
    if (ctx.path.startsWith('/interaction/')) {
      const { person } = state;
      claims.set(person.id, person.claims ?? {});
      const login = { accountId: person.id, ...(person.acr && { acr: person.acr }) };
      const location = await provider.interactionResult(ctx.req, ctx.res, { login });
      ctx.redirect(location);
      return;
    }
    await (ctx.path.startsWith('/session/end') ? quietly(next) : next());
    if (ctx.path === '/token') {
      seen.push({ path: 'token request', query: new URLSearchParams(), body: JSON.stringify(ctx.oidc?.body ?? {}) });
      if (ctx.status !== 200) return;
      const tokens = ctx.body as Tokens;
      sessions.push(String(decodeJwt(tokens.id_token).sid));
      if (state.tamper) await state.tamper(tokens);
    }
  });

  let server: Server;
  const listen = () =>
    new Promise<void>((resolve) => {
      server = createServer(provider.callback()).listen(port, '127.0.0.1', resolve);
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  await listen();

  return {
    issuer,
    state,
    seen,
    /** Its own names (`sid`) of the sessions it gave tokens for. */
    sessions,
    register: (metadata: ClientMetadata & { client_id: string }) => clients.set(metadata.client_id, metadata),
    /** Signs what it is told, with its own key unless another is given. */
    sign: (payload: Record<string, unknown>, { key = privateKey, typ = 'JWT' } = {}) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'provider-1', typ }).sign(key),
    stop: close,
    resume: listen,
  };
}

/** It warns on the console that it runs in a test. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  Object.assign(console, { warn: () => undefined, info: () => undefined });
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, info });
  }
}

export type TestProvider = Awaited<ReturnType<typeof startProvider>>;

/** Of a browser: its cookies, and going where it is sent. */
export class Browser {
  private readonly jar = new Map<string, string>();

  cookie(name: string): string | undefined {
    return this.jar.get(name);
  }

  /** Goes to an address and on from there, until it is sent away from that host. Answers where to. */
  async visit(address: string): Promise<URL> {
    const { host } = new URL(address);
    let url = new URL(address);
    for (let hops = 0; hops < 12; hops++) {
      const answer = await this.fetch(url);
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${url.href} answered ${answer.status}: ${await answer.text()}`);
      url = new URL(location, url);
      if (url.host !== host) return url;
    }
    throw new Error('sent round in circles');
  }

  /** The page that asks whether to sign out, and its button. */
  async signOut(address: string): Promise<URL> {
    const page = await (await this.fetch(new URL(address))).text();
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
    const secret = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const body = new URLSearchParams({ xsrf: secret, logout: 'yes' });
    const answer = await this.fetch(new URL(action), { method: 'POST', body });
    return new URL(answer.headers.get('location') ?? 'about:blank', action);
  }

  /** A request with the cookies it has, and keeps those it is given. */
  async fetch(url: URL | string, options: RequestInit = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    headers.set('cookie', [...this.jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(url, { ...options, redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return answer;
  }
}
