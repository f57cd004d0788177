import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { KeyDestroyed, type Place, Vault } from '../../secrets/index.js';
import type { AuditLogRow } from './compliance.sql.js';
import { type About, callerOf, NOBODY, personalOf } from './domain/personal.js';
import type { Received } from './domain/record.js';

/** What is personal in a record, opened again; null where the key is gone. */
export interface Opened {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly personal: Record<string, Record<string, unknown> | null> | null;
}

const placeOf = (recordId: string, about: string): Place => ({
  table: 'audit_logs',
  column: 'personal',
  row: `${recordId}/${about}`,
  ...(about !== NOBODY && { subject: about }),
});

/** Seals what is personal in the records, by the user it is about, and opens it for who may read. */
@Injectable()
export class PersonalData {
  constructor(private readonly vault: Vault) {}

  async sealed(tx: Tx, records: readonly Received[]): Promise<(Record<string, string> | null)[]> {
    const found = records.map(personalOf);
    const subjects = found.flatMap((about) => [...about.keys()]).map((about) => (about === NOBODY ? null : about));
    if (subjects.length === 0) return records.map(() => null);
    const sealers = await this.vault.sealers(tx, subjects);
    return found.map((abouts, at) => {
      if (abouts.size === 0) return null;
      const { id } = records[at] as Received;
      const entries = [...abouts].map(([about, content]): [string, string] => {
        const seal = sealers.get(about === NOBODY ? null : about);
        if (!seal) throw new Error('a key that was asked for is not there');
        return [about, seal(JSON.stringify(content), placeOf(id, about))];
      });
      return Object.fromEntries(entries);
    });
  }

  async opened(tx: Tx, row: AuditLogRow): Promise<Opened> {
    if (row.format === 1 || row.personal === null) {
      return { ip: row.ip, userAgent: row.user_agent, personal: null };
    }
    const caller =
      callerOf({
        actorKind: row.actor_kind,
        actorId: row.actor_id,
        impersonatorId: row.impersonator_id,
        entityType: row.entity_type,
        entityId: row.entity_id,
      }) ?? NOBODY;
    const personal: Record<string, Record<string, unknown> | null> = {};
    let from: About = {};
    for (const [about, text] of Object.entries(row.personal)) {
      const content = await this.open(tx, text, placeOf(row.record_id, about));
      if (about === caller) from = content ?? {};
      if (content === null) personal[about] = null;
      else if (content.values) personal[about] = content.values;
    }
    return {
      ip: from.ip ?? null,
      userAgent: from.userAgent ?? null,
      personal: Object.keys(personal).length > 0 ? personal : null,
    };
  }

  /** null: forgotten. What does not open for another reason was tampered with, which is for the verification to say. */
  private async open(tx: Tx, text: string, place: Place): Promise<About | null> {
    try {
      return JSON.parse((await this.vault.open(tx, text, place)).reveal()) as About;
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      return { values: { unreadable: true } };
    }
  }
}
