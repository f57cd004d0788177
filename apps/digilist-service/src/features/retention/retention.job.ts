import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DIGILIST_REGISTRY } from '../../platform/index.js';
import { ACTORS, anonymise, dueOf, RULES, SUBJECTS, type Subject } from './retention.sql.js';

const EVERY_MS = 24 * 3_600_000;
const BATCH = 500;
/** What stands where the name of somebody stood. */
const PSEUDONYM = 'Anonymisert';

interface Rule {
  tenantId: string;
  subject: Subject;
  years: number;
  legalGround: string;
  nobody: string;
}

/**
 * What was kept for the books becomes nobody's as soon as the law does not ask for it any longer: what people wrote goes,
 * amounts stay, and the link leads to the tenant's service user. Cut off anywhere, the next run goes on: a batch is one
 * transaction, and what is done is not due again.
 */
@Injectable()
export class RetentionJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
  ) {
    super('digilist.retention', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const rules: Rule[] = await this.system.query(RULES);
    const statements = await this.statements();
    for (const rule of rules) {
      await this.apply(rule, statements[rule.subject], now).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId: rule.tenantId, subject: rule.subject }, 'not anonymised; tomorrow again'),
      );
    }
  }

  private async statements(): Promise<Record<Subject, string[]>> {
    const actors: { table: string; column: string }[] = await this.system.query(ACTORS);
    const actorsOf = (table: string) => actors.filter((each) => each.table === table).map(({ column }) => column);
    const subjects = Object.keys(SUBJECTS) as Subject[];
    return Object.fromEntries(
      subjects.map((subject) => [subject, anonymise(DIGILIST_REGISTRY, subject, actorsOf)]),
    ) as Record<Subject, string[]>;
  }

  private async apply(rule: Rule, statements: readonly string[], now: Date): Promise<void> {
    const { tenantId, subject, years, legalGround, nobody } = rule;
    let rows = 0;
    for (let due = BATCH; due === BATCH; rows += due) {
      due = await this.system.transaction(async (manager) => {
        const found: { id: string }[] = await manager.query(dueOf(subject), [tenantId, years, nobody, now, BATCH]);
        const ids = found.map(({ id }) => id);
        for (const statement of ids.length === 0 ? [] : statements)
          await manager.query(statement, [tenantId, ids, nobody, PSEUDONYM]);
        return ids.length;
      });
    }
    if (rows === 0) return;
    await this.work.runAs(jobOrigin(tenantId, 'retention', nobody, now), async (tx) => {
      const entity = { type: 'tenant', id: tenantId };
      tx.audit({ action: 'digilist.retention.anonymise', entity, changes: { subject, rows, years, legalGround } });
    });
  }
}
