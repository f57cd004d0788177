import { expect } from '@jest/globals';
import type { AuditRecord } from '@kit/contracts';
import { eventually, query } from '@kit/testing';
import { type AuditVerification, registerProduct, verifyAuditLogs } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports } from './product.js';
import { platformWorld, type TestTenant } from './world.js';

export type LogRow = Record<string, unknown> & { seq: string; record_id: string; action: string };

/** PLATFORM with a product that reports to the audit log, and somebody who owns the machine it runs on. */
export async function auditWorld(env: NodeJS.ProcessEnv = {}) {
  const world = await platformWorld(env);
  const product = await productOf(world);
  await product.call(registerProduct, reports(product.key));

  /** Past every grant, policy and trigger. */
  const tamper = (text: string, values: unknown[] = []) => {
    const url = new URL(world.database.urls.superuser);
    url.searchParams.set('options', '-c session_replication_role=replica');
    return query(url.href, text, values);
  };
  const rows = (tenant: TestTenant) =>
    world.rows<LogRow>('SELECT * FROM platform.audit_logs WHERE tenant_id = $1 ORDER BY seq', [tenant.id]);
  const record = (tenant: TestTenant, more: Partial<AuditRecord> = {}): AuditRecord => ({
    id: uuidv7(),
    tenantId: tenant.id,
    occurredAt: '2026-11-22T12:00:00.123Z',
    actor: { kind: 'user', id: tenant.administratorId },
    action: `${product.key}.report.publish`,
    entity: { type: 'report', id: 'r1' },
    outcome: 'done',
    requestId: 'request-1',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    sessionId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
    ip: '192.0.2.1',
    userAgent: 'Test/1.0',
    changes: { title: { from: 'å', to: 'æ' }, pages: 1.5, none: null },
    ...more,
  });
  /** What the product reported, as soon as it is `count` records. */
  const logged = (tenant: TestTenant, count: number) =>
    eventually(async () => {
      const found = (await rows(tenant)).filter((row) => row.product === product.key);
      expect(found).toHaveLength(count);
      return found;
    });

  let tenants = 0;
  return {
    world,
    product,
    tamper,
    rows,
    record,
    logged,
    tenant: () => {
      tenants += 1;
      return world.tenant(`tenant${tenants}`);
    },
    /** A tenant whose beginning is in the log, and after that `count` records of the product. Answers the place of the first. */
    async tenantWith(count: number): Promise<{ tenant: TestTenant; first: number; last: number }> {
      const tenant = await this.tenant();
      // Signing in is the last that PLATFORM itself did.
      await eventually(async () =>
        expect((await rows(tenant)).map(({ action }) => action)).toContain('platform.session.login'),
      );
      for (let n = 0; n < count; n++)
        await product.report(tenant.id, record(tenant, { entity: { type: 'report', id: `r${n}` } }));
      await logged(tenant, count);
      const settled = await rows(tenant);
      return { tenant, first: Number(settled.at(-count)?.seq), last: Number(settled.at(-1)?.seq) };
    },
    verify: (tenant: TestTenant, more: object = {}): Promise<AuditVerification> =>
      world.done(verifyAuditLogs, more, { token: tenant.token }),
    async stop() {
      await product.close();
      await world.stop();
    },
  };
}

export type AuditWorld = Awaited<ReturnType<typeof auditWorld>>;
