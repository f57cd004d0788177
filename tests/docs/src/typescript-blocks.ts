/**
 * What stands before a block of TypeScript or JavaScript in the file it is a part of, by page and place among its blocks:
 * with it each is a module that compiles. What is not named here stands alone.
 */
export const PREAMBLES: Readonly<Record<string, string>> = {
  'docs/how-to/add-a-product.md#1': "import type { ProductManifest } from '@platform/contracts';",
  'docs/how-to/add-a-product.md#2': `
    import type { RequestContext, RpcClient } from '@kit/service';
    import { consumeUsage } from '@platform/contracts';
    declare const rpc: RpcClient, caller: RequestContext, tenantId: string, loanId: string;`,
  'docs/how-to/audit-log.md#1': `
    import type { Tx } from '@kit/service';
    declare const tx: Tx, report: { id: string }, user: { id: string }, before: string, after: string;`,
  'docs/how-to/live-events.md#1': `
    declare const listingId: string, shown: object;
    declare function overlaps(shown: object, changed: object): boolean;
    declare function reload(): void;
    declare function openAgain(): void;
    declare function renewSession(): Promise<void>;`,
  'docs/how-to/live-events.md#2': `
    import { bookingConfirmed } from '@digilist/contracts';
    import { connectAs, subscribe } from '@kit/subscriber';
    declare const connection: Awaited<ReturnType<typeof connectAs>>, durable: string;`,
  'docs/how-to/webhooks.md#1': 'declare const secret: string, rawBody: string, headers: Record<string, string>;',
  'examples/subscriber/README.md#1': 'declare const servers: string, user: string, password: string;',
  'packages/service-kit/README.md#1': `
    import { anonymous, errorCode, eventsOf, Id, operationsOf, permission, Text } from '@kit/contracts';
    import { Handles, type RequestContext, statement, UnitOfWork } from '@kit/service';
    import { Controller, Injectable } from '@nestjs/common';
    const operation = operationsOf('acme');
    const REPORT_CLOSED = errorCode('REPORT_CLOSED', 'conflict', { nb: '', nn: '', en: '' });
    class CreateReport { @Text() title: string; }
    class Report { @Id() id: string; @Text() title: string; }
    const reportCreated = eventsOf('acme')({
      aggregate: 'report', fact: 'created', data: Report, audience: () => [], summary: '' });
    const INSERT_REPORT = statement('insert report', '');`,
  'packages/testing/README.md#1': `
    import { expect } from '@jest/globals';
    import { createDatabase, eventually, natsOptions, readMail, startNats, startSystem, stopPostgres } from '@kit/testing';
    declare function migrate(url: string): Promise<void>;
    declare function rows(): unknown[];`,
};
