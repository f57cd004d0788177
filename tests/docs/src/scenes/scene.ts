import { type DemoRole, demoAccounts } from '@examples/demo/accounts';
import type { RunningSystem } from '@kit/testing';

/** What a page's commands need to be there: shell variables by name. */
export type Scene = (stage: Stage) => Promise<Record<string, string>>;

type Json = Record<string, unknown>;

/** The demo's municipality of Fjordvik, and a way to prepare what a page begins with. */
export class Stage {
  private readonly tokens = new Map<DemoRole, Promise<string>>();

  constructor(private readonly system: RunningSystem) {}

  get api(): string {
    return `${this.system.gatewayUrl}/api/v1`;
  }

  /** An access token of the demo's user with that role. */
  token(role: DemoRole): Promise<string> {
    const known = this.tokens.get(role);
    if (known) return known;
    const { email, password } = this.user(role);
    const token = this.post('/auth/login', { email, password }).then(({ accessToken }) => String(accessToken));
    this.tokens.set(role, token);
    return token;
  }

  user(role: DemoRole) {
    const user = demoAccounts[0]?.users.find(({ roles }) => roles.includes(role));
    if (!user) throw new Error(`the demo has no ${role}`);
    return user;
  }

  get(path: string, as?: DemoRole): Promise<Json> {
    return this.send('GET', path, undefined, as);
  }

  post(path: string, body: unknown, as?: DemoRole): Promise<Json> {
    return this.send('POST', path, body, as);
  }

  async send(method: string, path: string, body?: unknown, as?: DemoRole, headers: Json = {}): Promise<Json> {
    const response = await fetch(`${this.api}${path}`, {
      method,
      headers: {
        'x-tenant': demoAccounts[0]?.slug ?? '',
        ...(as && { authorization: `Bearer ${await this.token(as)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(headers as Record<string, string>),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Json);
  }

  /** First listing that the words find. */
  async listing(words: string): Promise<Json & { id: string }> {
    const { data } = (await this.get(`/listings?q=${encodeURIComponent(words)}&limit=1`)) as { data: { id: string }[] };
    if (!data[0]) throw new Error(`the demo has no listing for "${words}"`);
    return data[0] as Json & { id: string };
  }
}
