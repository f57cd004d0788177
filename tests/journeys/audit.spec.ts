import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query } from '@kit/testing';
import type { AuditLog } from '@platform/contracts';
import { outcome } from './support/http.js';
import { bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system, { needsApproval: true });
}, 60_000);

const recordsOf = async (wanted: { entityId?: string; action?: string }): Promise<AuditLog[]> =>
  (await town.admin.client.platform.listAuditLogs({ limit: 200, ...wanted })).data;

describe('flow 4: every action ends in the audit log of PLATFORM, chained', () => {
  it('what was done in DIGILIST to a booking and to a listing, by whom, in order', async () => {
    const { resident, handler, manager } = town;
    const approved = await resident.client.digilist.createBooking(bookingOf(town.hall, 3, 14));
    const rejected = await resident.client.digilist.createBooking(bookingOf(town.hall, 3, 15));
    const cancelled = await resident.client.digilist.createBooking(bookingOf(town.hall, 3, 16));
    const draft = await resident.client.digilist.createBooking(bookingOf(town.hall, 3, 17, { draft: true }));
    const { data: queue } = await handler.client.digilist.listApprovals({ limit: 200 });
    const approvalOf = (id: string) => queue.find(({ booking }) => booking.id === id)!.id;
    await handler.client.digilist.approveBooking({ id: approvalOf(approved.id) });
    await handler.client.digilist.rejectBooking({
      id: approvalOf(rejected.id),
      reasonCode: 'capacity',
      reason: 'For mange',
    });
    await resident.client.digilist.cancelBooking({ id: cancelled.id, reason: 'Syk' });
    await resident.client.digilist.submitBooking({ id: draft.id, termsVersion: '1' });
    const listing = await manager.client.digilist.getListing({ id: town.hall.id });
    await manager.client.digilist.updateListing({ id: town.hall.id, capacity: 91 }, { ifMatch: listing });

    const expected: Record<string, [string, string][]> = {
      [approved.id]: [
        ['digilist.booking.create', resident.id],
        ['digilist.booking.approve', handler.id],
      ],
      [rejected.id]: [
        ['digilist.booking.create', resident.id],
        ['digilist.booking.reject', handler.id],
      ],
      [cancelled.id]: [
        ['digilist.booking.create', resident.id],
        ['digilist.booking.cancel', resident.id],
      ],
      [draft.id]: [
        ['digilist.booking.create', resident.id],
        ['digilist.booking.submit', resident.id],
      ],
    };
    await eventually(async () => {
      const found: Record<string, [string, string | null][]> = {};
      for (const id of Object.keys(expected)) {
        const records = (await recordsOf({ entityId: id })).reverse();
        found[id] = records.map(({ action, actorId }) => [action, actorId]);
      }
      expect(found).toEqual(expected);
    });
    const onListing = await eventually(async () => {
      const records = (await recordsOf({ entityId: town.hall.id })).reverse();
      expect(records.at(-1)?.action).toBe('digilist.listing.update');
      return records;
    });
    expect(onListing.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['digilist.listing.create', 'digilist.zone.create', 'digilist.listing.publish']),
    );
    for (const record of onListing)
      expect(record).toMatchObject({ product: 'digilist', actorKind: 'user', actorId: manager.id, outcome: 'done' });
  });

  it('what was done in PLATFORM is there as well', async () => {
    const person = await town.person('audited', [{ role: 'end_user' }]);
    const actions = await eventually(async () => {
      const records = await recordsOf({ actorId: town.admin.id } as object);
      const seen = new Set(records.map(({ action }) => action));
      expect(seen.has('platform.user.create')).toBe(true);
      expect(records.some(({ entityId }) => entityId === person.id)).toBe(true);
      return seen;
    });
    expect([...actions]).toEqual(expect.arrayContaining(['platform.user.create']));
  });

  it('the chain has no gaps, and verify walks it from end to end', async () => {
    await eventually(async () => {
      const { data } = await town.admin.client.platform.listAuditLogs({ limit: 200 });
      const seqs = data.map(({ seq }) => seq).sort((a, b) => a - b);
      expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] ?? 1) + n));
      const result = await town.admin.client.platform.verifyAuditLogs({});
      expect(result).toMatchObject({ intact: true, firstBreak: null, nextSeq: null, checked: result.lastSeq });
    });
  });

  it('who was refused for want of a permission is in it, and who read it', async () => {
    const person = await town.person('curious', [{ role: 'end_user' }]);
    expect(await outcome(person.client.platform.listAuditLogs({}))).toBe('FORBIDDEN');
    await eventually(async () => {
      const [denied] = await recordsOf({ action: 'security.permission.denied', actorId: person.id } as object);
      expect(denied).toMatchObject({ outcome: 'refused', entityId: 'listAuditLogs' });
      expect((await recordsOf({ action: 'platform.audit-log.read' })).length).toBeGreaterThan(0);
    });
  });

  it('another tenant sees nothing of it', async () => {
    const other = await municipality(system);
    const { data } = await other.admin.client.platform.listAuditLogs({ limit: 200, entityId: town.hall.id });
    expect(data).toEqual([]);
    expect(await outcome(town.resident.client.platform.listAuditLogs({}))).toBe('FORBIDDEN');
  });

  it('an attempt at a row of another tenant is audited with its owner', async () => {
    const thief = await municipality(system);
    expect(await outcome(thief.admin.client.digilist.getListing({ id: town.hall.id }))).toBe('NOT_FOUND');
    const attempt = await eventually(async () => {
      const records = await recordsOf({ action: 'security.cross-tenant.attempt', entityId: town.hall.id });
      expect(records).toHaveLength(1);
      return records[0]!;
    });
    expect(attempt).toMatchObject({
      outcome: 'refused',
      entityType: 'listing',
      changes: { callerTenantId: thief.id, ownerTenantId: town.id, operation: 'getListing' },
    });
  });

  it('a header that contradicts the token is audited with the caller', async () => {
    const other = await municipality(system);
    const client = town.resident.client.fresh({ tenant: other.slug });
    client.useTokens(town.resident.client.tokens);
    expect(await outcome(client.digilist.listBookings({}))).toBe('TENANT_MISMATCH');
    await eventually(async () => {
      const records = await recordsOf({ action: 'security.tenant.mismatch' });
      expect(records[0]).toMatchObject({
        actorId: town.resident.id,
        outcome: 'refused',
        changes: { named: other.slug },
      });
    });
  });

  describe('a record that was tampered with in the database is located', () => {
    /** As somebody who owns the machine: past the grants, and past the triggers that stop even the owner of the tables. */
    const tamper = (statement: string, values: unknown[]) => {
      const url = new URL(system.urls.platform.superuser);
      url.searchParams.set('options', '-c session_replication_role=replica');
      return query(url.href, statement, values);
    };
    const broken = async (town: Municipality) => (await town.admin.client.platform.verifyAuditLogs({})).firstBreak;
    let victim: Municipality;
    beforeAll(async () => {
      victim = await municipality(system);
      // All of the provisioning is chained before anything is falsified.
      await eventually(async () => {
        const { data } = await victim.admin.client.platform.listAuditLogs({
          entityId: victim.hall.id,
          action: 'digilist.listing.publish',
        });
        expect(data).toHaveLength(1);
      });
    }, 60_000);

    it('changed: by place and kind; and put back it is intact again', async () => {
      const set = (actor: string) =>
        tamper('update platform.audit_logs set actor_id = $2 where tenant_id = $1 and seq = 5', [victim.id, actor]);
      const [row] = await query<{ actor_id: string }>(
        system.urls.platform.superuser,
        'select actor_id from platform.audit_logs where tenant_id = $1 and seq = 5',
        [victim.id],
      );
      await set('somebody-else');
      expect(await broken(victim)).toMatchObject({ kind: 'RECORD_CHANGED', seq: 5 });
      await set(row!.actor_id);
      expect(await broken(victim)).toBeNull();
    });

    it('removed: by the place that is empty', async () => {
      await tamper('delete from platform.audit_logs where tenant_id = $1 and seq = 4', [victim.id]);
      expect(await broken(victim)).toMatchObject({ kind: 'RECORD_MISSING', seq: 4 });
    });

    it('the service itself may neither change nor remove one', async () => {
      for (const statement of ['update platform.audit_logs set reason = null', 'delete from platform.audit_logs']) {
        await expect(query(system.urls.platform.app, statement)).rejects.toThrow(/permission denied/);
        await expect(query(system.urls.platform.system, statement)).rejects.toThrow(/permission denied/);
        await expect(query(system.urls.platform.superuser, statement)).rejects.toThrow(/append-only/);
      }
    });
  });
});
