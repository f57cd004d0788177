import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query, rowsHolding } from '@kit/testing';
import type { DataSubjectRequest } from '@platform/contracts';
import { outcome } from './support/http.js';
import { bookingOf, caughtUp, type Municipality, municipality, type Person } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const PATIENCE = { within: 30_000, every: 100 };

let town: Municipality;
beforeAll(async () => {
  town = await municipality(system);
}, 60_000);

const completed = (id: string): Promise<DataSubjectRequest> =>
  eventually(async () => {
    const request = await town.admin.client.platform.getDataSubjectRequest({ id });
    expect(request.status).toBe('completed');
    return request;
  }, PATIENCE);

/** Text of every file of a zip. */
function textsOf(zip: Buffer): string {
  const texts: string[] = [];
  for (let at = zip.indexOf('PK\x03\x04'); at >= 0; at = zip.indexOf('PK\x03\x04', at + 4)) {
    const start = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
    try {
      texts.push(inflateRawSync(zip.subarray(start)).toString());
    } catch {
      // Not compressed, or not the beginning of a file: the names that matter here are in files that are.
    }
  }
  return texts.join('\n');
}

describe('a resident and their data', () => {
  let kari: Person;
  let bookingId: string;

  beforeAll(async () => {
    kari = await town.person('kari-nordmann', [{ role: 'end_user' }]);
    const booking = bookingOf(town.hall, 5, 12, { purpose: 'Bursdag for Kari' });
    ({ id: bookingId } = await caughtUp(() => kari.client.digilist.createBooking(booking)));
  }, 60_000);

  it('says yes and no to the municipality’s news, and DIGILIST knows within five seconds', async () => {
    const copy = () =>
      query<{ status: string }>(
        system.urls.digilist.superuser,
        "SELECT status FROM digilist.platform_consents WHERE user_id = $1 AND purpose_key = 'digilist.news'",
        [kari.id],
      );
    const say = async (state: 'given' | 'withdrawn') => {
      const decision = { purposeKey: 'digilist.news', state, version: 1, language: 'nb' } as const;
      expect((await kari.client.platform.putConsent(decision)).consent.status).toBe(state);
      await eventually(async () => expect(await copy()).toEqual([{ status: state }]), { within: 5_000, every: 50 });
    };
    await say('given');
    await say('withdrawn');
    expect((await kari.client.platform.listConsents({})).data).toMatchObject([{ effective: false }]);
  });

  it('gets everything that both services hold, once', async () => {
    const { id } = await kari.client.platform.createDataSubjectRequest({ kind: 'access' });
    const done = await completed(id);
    expect(done.participants).toMatchObject([{ key: 'digilist', status: 'completed' }, { key: 'platform' }]);
    const bundle = await kari.client.platform.downloadDataSubjectBundle({ id });
    const texts = textsOf(Buffer.from(bundle.content));
    for (const known of [kari.email, bookingId, 'Bursdag for Kari', 'digilist.news']) expect(texts).toContain(known);
    expect(await outcome(kari.client.platform.downloadDataSubjectBundle({ id }))).toBe('BUNDLE_UNAVAILABLE');
  }, 60_000);

  it('books nothing while the processing of their data is restricted', async () => {
    const { id } = await kari.client.platform.createDataSubjectRequest({
      kind: 'restriction',
      details: 'Feil adresse',
    });
    await completed(id);
    const book = () => outcome(kari.client.digilist.createBooking(bookingOf(town.hall, 6, 12)));
    expect(await book()).toBe('PROCESSING_RESTRICTED');
    await town.admin.client.platform.liftRestriction({ id, reason: 'Adressen er rettet' });
    await eventually(async () => expect(await book()).toBe('ok'), PATIENCE);
  }, 60_000);

  it('is erased: no row of either database says who they were, and nobody signs in as them', async () => {
    const { id } = await kari.client.platform.createDataSubjectRequest({ kind: 'erasure' });
    const done = await completed(id);
    expect(done.participants).toMatchObject([
      { key: 'digilist', status: 'completed', erased: { 'digilist.bookings': expect.any(Number) } },
      { key: 'platform', status: 'completed' },
    ]);
    await eventually(async () => {
      for (const trace of [kari.email, 'kari-nordmann', 'Bursdag for Kari']) {
        expect(await rowsHolding(system.urls.platform.superuser, 'platform', trace)).toEqual([]);
        expect(await rowsHolding(system.urls.digilist.superuser, 'digilist', trace)).toEqual([]);
      }
    }, PATIENCE);
    expect(await outcome(kari.client.platform.getMe({}))).not.toBe('ok');
    expect(await town.admin.client.platform.verifyAuditLogs({})).toMatchObject({ intact: true });
  }, 90_000);
});
