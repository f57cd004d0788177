import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { SecretJourney } from './support/secret-journey.js';
import { PlantedSecrets } from './support/secrets.js';
import { account, cookies, factors, invitation, passwords, tokens } from './support/secrets-of-people.js';
import { breakdown, configuration, connections, federation } from './support/secrets-of-systems.js';

let journey: SecretJourney;
beforeAll(async () => {
  journey = await SecretJourney.start();
}, 120_000);
afterAll(() => journey?.stop(), 60_000);

describe('secrets go in and out of the whole system, where they belong and where they do not', () => {
  it('those of its own configuration', () => configuration(journey));
  it('passwords, at every door', () => passwords(journey));
  it('an account, from registration to a forgotten password', () => account(journey));
  it('second factors, cookies and passkeys', () => factors(journey));
  it('a browser that keeps its tokens in cookies', () => cookies(journey));
  it('sessions that are renewed, and tokens of others', () => tokens(journey));
  it('an invitation', () => invitation(journey));
  it('a sign-in through another provider, with a national identity number', () => federation(journey));
  it('webhooks, connections and configuration', () => connections(journey), 60_000);
  it('while something is broken', () => breakdown(journey), 120_000);
});

describe('the search', () => {
  it('finds a canary in a log, an answer, a table of each database, a stream and the metrics', async () => {
    const { secrets } = journey;
    const plain = secrets.plant('canary', `canary-${randomBytes(9).toString('hex')}`);
    await journey.call(201, 'POST', '/organizations', {
      token: journey.admin,
      body: { name: plain, kind: 'unit' },
      headers: { 'user-agent': plain },
    });
    const places = [
      'answer of POST /api/v1/organizations',
      'log gateway.log',
      'table platform.organizations',
      'table digilist.platform_organizations',
      'stream PLATFORM_STATE',
    ];
    // It came last: where it has arrived, all the others would have.
    await eventually(
      async () =>
        expect(secrets.leaksIn(await secrets.everything())).toEqual(
          expect.arrayContaining(places.map((place) => `canary in ${place}`)),
        ),
      { within: 60_000, every: 500 },
    );
    const metrics = new PlantedSecrets(journey.system);
    metrics.plant('word', 'process_cpu');
    const apps = ['gateway', 'platform', 'digilist'].map((app) => `word in metrics of ${app}`);
    expect(metrics.leaksIn(await metrics.everything())).toEqual(expect.arrayContaining(apps));
  }, 120_000);

  it('finds not one of the secrets anywhere but in the one answer that shows it', async () => {
    expect(journey.secrets.count).toBeGreaterThan(140);
    const leaks = journey.secrets.leaksIn(await journey.secrets.everything());
    expect(leaks.filter((leak) => !leak.startsWith('canary in '))).toEqual([]);
  }, 120_000);
});
