import { instantOfWall, iso, readInstant } from '../clean/times.js';
import { idOf } from '../ids.js';
import { byId, type Load, type Row, rejected, type Target } from '../load.js';
import type { World } from '../world.js';
import { PERSON, personOf } from './people.js';

/**
 * What is evidence and stays as it was: nobody may rewrite it into today's form. It lies in a schema of its own, beside
 * the service's, with the ids of who and what it is about.
 */
function archive(
  name: string,
  into: Target,
  world: World,
  source: { select: string; type: 'bigint' | 'integer'; at: string },
): Load {
  return byId({
    name,
    into,
    table: name,
    tables: [name],
    select: source.select,
    type: source.type,
    decideOne: (row) => {
      const { catalogue } = world;
      const person = personOf(row, world, 'user_');
      const tenantId = catalogue.tenants.get(row.tenant_id ?? '')?.id ?? person?.tenantId;
      if (tenantId === undefined) return rejected(row, 'ORPHAN_TENANT');
      const time = row[source.at] ?? null;
      const at = readInstant(time) ?? instantOfWall(time, 'Europe/Oslo')?.at ?? null;
      return {
        kind: 'rows',
        legacyId: row.id as string,
        repairs: at === null ? ['TIME_UNKNOWN'] : [],
        rows: [
          [
            name,
            {
              tenant_id: tenantId,
              id: idOf(name, row.id as string, at),
              legacy_id: row.id,
              user_id: person?.id ?? null,
              occurred_at: at === null ? null : iso(at),
              record: JSON.stringify(withoutJoined(row)),
            },
          ],
        ],
      };
    },
  });
}

/** The row as it was, without what was looked up beside it. */
const withoutJoined = (row: Row): Record<string, string | null> => {
  const { user_email: _, user_tenant_id: __, by_user: user_id = null, ...own } = row;
  return { ...own, user_id };
};

/**
 * The old log was never chained: entries that anybody could have changed must not stand in the chain as if nobody could.
 */
export const auditLogs = (world: World): Load =>
  archive('audit_logs', 'platform', world, {
    select: `SELECT t.id, t.tenant_id, t.user_id AS by_user, t.action, t.entity, t.entity_id, t.data, t.ip, t.created_at, ${PERSON('u', 'user_')}
      FROM audit_logs t LEFT JOIN users u ON u.id = t.user_id`,
    type: 'bigint',
    at: 'created_at',
  });

/** Receipts of consents to texts of then; the purposes of today have to be asked for anew. */
export const consents = (world: World): Load =>
  archive('gdpr_consents', 'platform', world, {
    select: `SELECT t.id, u.tenant_id, t.user_id AS by_user, t.purpose, t.granted, t.created_at, ${PERSON('u', 'user_')}
      FROM gdpr_consents t LEFT JOIN users u ON u.id = t.user_id`,
    type: 'integer',
    at: 'created_at',
  });

/** Vouchers of a number series that ended with the old system: a new series must not hold them, and none may be renumbered. */
export const invoices = (world: World): Load =>
  archive('invoices', 'digilist', world, {
    select: `SELECT t.id, t.tenant_id, t.number, t.booking_id, t.amount, t.status, t.issued_on, t.due_on,
        t.issued_on::timestamp AS issued_at, NULL AS user_id, NULL AS user_tenant_id, NULL AS user_email FROM invoices t`,
    type: 'integer',
    at: 'issued_at',
  });

/** Messages that were sent. They do not say what they were about in any way that a message of today has to. */
export const notifications = (world: World): Load =>
  archive('notifications', 'digilist', world, {
    select: `SELECT t.id, u.tenant_id, t.user_id AS by_user, t.booking_id, t.channel, t.subject, t.body, t.sent_at, t.read_at, ${PERSON('u', 'user_')}
      FROM notifications t LEFT JOIN users u ON u.id = t.user_id`,
    type: 'bigint',
    at: 'sent_at',
  });
