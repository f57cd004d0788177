import { type DemoRole, type DemoTenant, demoAccounts } from '@examples/demo/accounts';
import { eventually, type RunningSystem } from '@kit/testing';
import { moved } from '../dates.js';

/** What a page's commands need to be there: shell variables by name. */
export type Scene = (stage: Stage) => Promise<Record<string, string>>;

type Json = Record<string, unknown>;

/** Of the listings of the demo, and so of those that scenes make. */
const TERMS = { version: '2026-1', text: { nb: 'Rydd etter deg.' } };

/** A listing of a page's own, so that pages do not meet in the calendar. */
export interface Place {
  readonly id: string;
  readonly orgId: string;
  /** Three parts of it, by their number, and the first two together. */
  readonly parts: readonly string[];
  readonly half: string;
}

/** The demo's municipality of Fjordvik, and a way to prepare what a page begins with. */
export class Stage {
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly system: RunningSystem,
    private readonly tenant: DemoTenant | undefined,
  ) {}

  get api(): string {
    return `${this.system.gatewayUrl}/api/v1`;
  }

  static of(system: RunningSystem): Stage {
    return new Stage(system, demoAccounts[0]);
  }

  /** What a command of the operator finds by itself where `npm start` runs. */
  get databases(): Record<string, string> {
    const { platform, digilist } = this.system.urls;
    return {
      PLATFORM_DATABASE_SYSTEM_URL: platform.system,
      PLATFORM_DATABASE_MIGRATOR_URL: platform.migrator,
      DIGILIST_DATABASE_SYSTEM_URL: digilist.system,
      DIGILIST_DATABASE_MIGRATOR_URL: digilist.migrator,
    };
  }

  /** The other municipality. */
  neighbour(): Stage {
    return new Stage(this.system, demoAccounts[1]);
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

  /** Of the super administrator, who signs in at the system and at no tenant. */
  async rootToken(): Promise<string> {
    const { email, password } = this.system.superAdmin;
    const { accessToken } = await new Stage(this.system, undefined).post('/auth/login', { email, password });
    return String(accessToken);
  }

  user(role: DemoRole) {
    const user = this.tenant?.users.find(({ roles }) => roles.includes(role));
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
        ...(this.tenant && { 'x-tenant': this.tenant.slug }),
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

  /** Repeats what DIGILIST refuses until it has heard what PLATFORM decided. */
  caughtUp<T>(work: () => Promise<T>): Promise<T> {
    return eventually(work, { within: 15_000 });
  }

  /** First listing that the words find. */
  async listing(words: string): Promise<Json & { id: string }> {
    const { data } = (await this.get(`/listings?q=${encodeURIComponent(words)}&limit=1`)) as { data: { id: string }[] };
    if (!data[0]) throw new Error(`the demo has no listing for "${words}"`);
    return data[0] as Json & { id: string };
  }

  async organization(name: string): Promise<string> {
    const { data } = (await this.get('/organizations?limit=200', 'tenant_admin')) as {
      data: { id: string; name: string }[];
    };
    const found = data.find((one) => one.name === name);
    if (!found) throw new Error(`the demo has no organization "${name}"`);
    return found.id;
  }

  async newOrganization(name: string): Promise<string> {
    return String((await this.post('/organizations', { name, kind: 'association' }, 'tenant_admin')).id);
  }

  /** A listing of a page's own: open day and night, 500 kroner an hour, and published, unless it is a package. */
  async place(name: string, more: Json = {}): Promise<Place> {
    const as = 'tenant_admin';
    const listing = {
      orgId: await this.organization('Idrett og friluftsliv'),
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      paymentPolicy: 'INVOICE',
      name: { nb: name },
      terms: TERMS,
      ...more,
    };
    const { id } = (await this.caughtUp(() => this.post('/listings', listing, as))) as { id: string };
    const zone = async (body: Json) => String((await this.post(`/listings/${id}/zones`, body, as)).id);
    const parts: string[] = [];
    let half = '';
    if (listing.bookingModel === 'TIME_RANGE') {
      for (const part of [1, 2, 3]) parts.push(await zone({ name: { nb: `Bane ${part}` } }));
      half = await zone({ name: { nb: 'Halv' }, partIds: parts.slice(0, 2) });
    }
    const { version } = await this.get(`/listings/${id}`, as);
    const put = (path: string, rules: Json[], at: number) =>
      this.send('PUT', `/listings/${id}/${path}`, { rules }, as, { 'if-match': `"${at}"` });
    await put('availability-rules', [{ kind: 'weekly', opens: '00:00', closes: '24:00' }], Number(version));
    const price = { name: { nb: 'Leie' }, unit: 'hour', amount: { amount: 50_000, currency: 'NOK' } };
    if (listing.bookingModel !== 'PACKAGE') {
      await put('pricing-rules', [price], Number(version) + 1);
      await this.post(`/listings/${id}/publish`, {}, as);
    }
    return { id, orgId: listing.orgId, parts, half };
  }

  /** A booking of an hour by the clock of the place, e.g. from `2026-12-01T13:00`. */
  async booking(
    place: Place,
    localStartsAt: string,
    { zoneId = place.parts[0], as = 'resident' }: { zoneId?: string | undefined; as?: DemoRole } = {},
  ): Promise<Json & { id: string; version: number }> {
    const hour = Number(localStartsAt.slice(11, 13));
    const times = {
      localStartsAt: moved(localStartsAt),
      localEndsAt: moved(localStartsAt.replace(/T\d\d/, `T${String(hour + 1).padStart(2, '0')}`)),
    };
    const body = { listingId: place.id, zoneId, ...times, termsVersion: TERMS.version };
    return (await this.post('/bookings', body, as)) as Json & { id: string; version: number };
  }
}
