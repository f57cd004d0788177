import { beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '@kit/testing/outside';
import { caughtUp, type Municipality, municipality, PASSWORD, type Person } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const api = `${system.gatewayUrl}/api/v1`;

let town: Municipality;
let person: Person;
beforeAll(async () => {
  town = await municipality(system);
  person = await town.person('nettleser', [{ role: 'end_user' }]);
  await caughtUp(() => person.client.digilist.listBookings({}));
}, 60_000);

interface Sent {
  method?: string;
  body?: object;
  headers?: Record<string, string>;
}

/** The web client's page: it has no token, only what the browser keeps and the one cookie that scripts may read. */
class Page {
  readonly browser = new Browser();

  async send(path: string, { method = 'POST', body, headers = {} }: Sent = {}) {
    const response = await this.browser.fetch(`${api}${path}`, {
      method,
      headers: { 'x-tenant': town.slug, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { status: response.status, code: answer.code, answer, text, response };
  }

  /** With what our own pages send along. */
  change(path: string, { headers, ...rest }: Sent = {}) {
    const csrf = this.browser.cookie('__Host-csrf') ?? '';
    return this.send(path, { ...rest, headers: { origin: system.gatewayUrl, 'x-csrf-token': csrf, ...headers } });
  }

  async enter() {
    const body = { email: person.email, password: PASSWORD };
    const entered = await this.send('/auth/login', { body, headers: { 'x-session': 'cookie' } });
    expect(entered.status).toBe(200);
    return entered;
  }

  read = (path: string) => this.send(path, { method: 'GET' });
}

describe('a browser', () => {
  it('keeps the tokens where no script sees them, and reads with them in both services', async () => {
    const page = new Page();
    const { text, answer, response } = await page.enter();
    expect(answer).toEqual({ csrfToken: page.browser.cookie('__Host-csrf'), expiresIn: 300, tokenType: 'Cookie' });
    for (const name of ['__Host-access', '__Host-refresh']) {
      expect(text).not.toContain(page.browser.cookie(name));
      const line = response.headers.getSetCookie().find((one) => one.startsWith(name));
      expect(line).toMatch(/; Path=\/;.*HttpOnly; Secure; SameSite=Lax/i);
    }
    expect((await page.read('/auth/me')).answer).toMatchObject({ user: { id: person.id } });
    expect((await page.read('/bookings')).status).toBe(200);
  });

  it('changes something only from a page of ours, whatever cookies it sends along', async () => {
    const page = new Page();
    await page.enter();
    const quote = {
      body: {
        listingId: town.hall.id,
        zoneId: town.hall.half,
        startsAt: '2030-01-08T10:00:00Z',
        endsAt: '2030-01-08T11:00:00Z',
      },
    };
    const { 'x-csrf-token': _, ...none } = { 'x-csrf-token': '' };
    const refused = [
      await page.send('/quotes', { ...quote, headers: none }),
      await page.send('/quotes', { ...quote, headers: { origin: system.gatewayUrl } }),
      await page.change('/quotes', { ...quote, headers: { origin: 'https://evil.example' } }),
      await page.change('/quotes', { ...quote, headers: { 'sec-fetch-site': 'cross-site' } }),
      await page.change('/quotes', { ...quote, headers: { 'x-csrf-token': 'A'.repeat(43) } }),
      await page.change('/auth/logout', { headers: { origin: 'https://evil.example' } }),
    ];
    expect(refused.map(({ status, code }) => `${status} ${code}`)).toEqual(refused.map(() => '403 CSRF_REFUSED'));
    expect((await page.change('/quotes', quote)).code).not.toBe('CSRF_REFUSED');
    const me = await page.read('/auth/me');
    const version = String((me.answer.user as { version: number }).version);
    const renamed = await page.change('/auth/me', {
      method: 'PATCH',
      body: { name: 'Nytt Navn' },
      headers: { 'if-match': `"${version}"` },
    });
    expect(renamed).toMatchObject({ status: 200, answer: { name: 'Nytt Navn' } });
  });

  it('renews the tokens by its cookie, and the token of the page changes with them', async () => {
    const page = new Page();
    await page.enter();
    const [access, csrf] = [page.browser.cookie('__Host-access'), page.browser.cookie('__Host-csrf')];
    const evil = { headers: { 'x-session': 'cookie', origin: 'https://evil.example' } };
    expect(await page.send('/auth/refresh', evil)).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
    const renewed = await page.send('/auth/refresh', {
      headers: { 'x-session': 'cookie', origin: system.gatewayUrl },
    });
    expect(renewed).toMatchObject({ status: 200, answer: { tokenType: 'Cookie' } });
    expect(page.browser.cookie('__Host-access')).not.toBe(access);
    expect(page.browser.cookie('__Host-csrf')).not.toBe(csrf);
    expect((await page.read('/auth/me')).status).toBe(200);
  });

  it('is signed out by one call: the cookies are gone, and worth nothing to whoever kept them', async () => {
    const page = new Page();
    await page.enter();
    const kept = page.browser.cookie('__Host-access') ?? '';
    expect((await page.change('/auth/logout')).status).toBe(204);
    for (const name of ['access', 'refresh', 'csrf']) expect(page.browser.cookie(`__Host-${name}`)).toBeUndefined();
    expect(await page.read('/auth/me')).toMatchObject({ status: 401, code: 'AUTH_REQUIRED' });
    const stolen = await page.send('/auth/me', { method: 'GET', headers: { authorization: `Bearer ${kept}` } });
    expect(stolen).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });
});
