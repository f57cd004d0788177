import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { query, type RunningSystem } from '@kit/testing';
import { failures, runChaos } from './chaos.js';
import { findings } from './check.js';
import type { Target } from './load.js';
import { report } from './report.js';
import { startTarget } from './target.js';

let system: RunningSystem;
let target: Target;
beforeAll(async () => {
  ({ system, target } = await startTarget(() => {}));
}, 120_000);
afterAll(() => system?.stop(), 60_000);

it('people book while processes die: no acknowledged booking is lost, nothing is doubled, everything agrees within 5 s', async () => {
  const result = await runChaos(system, target, {
    seed: 20_261_122,
    milliseconds: 90_000,
    maxKills: 15,
    bookers: 6,
    pauseMs: [200, 1_000],
    say: () => {},
  });
  expect({ failures: failures(result, 5_000), report: report(result, 5_000) }).toMatchObject({ failures: [] });
  expect(result.tally.acknowledged.size).toBeGreaterThan(10);
}, 240_000);

it('what goes wrong would be found: each count is shown to rise', async () => {
  const lost = await findings(system, new Set([randomUUID()]));
  expect(lost).toMatchObject({ 'acknowledged bookings lost': 1, 'double bookings': 0 });
  const { superuser } = system.urls.digilist;
  await query(superuser, 'ALTER TABLE digilist.booking_history DISABLE TRIGGER ALL');
  await query(
    superuser,
    `DELETE FROM digilist.booking_history WHERE id = (SELECT id FROM digilist.booking_history WHERE to_status = 'confirmed' LIMIT 1)`,
  );
  await query(
    superuser,
    `DELETE FROM digilist.outbox WHERE id = (SELECT id FROM digilist.outbox WHERE subject LIKE '%.evt.%' LIMIT 1)`,
  );
  await query(
    superuser,
    `UPDATE digilist.allocations SET status = 'released' WHERE id = (SELECT id FROM digilist.allocations
     WHERE active AND NOT buffer AND booking_id IS NOT NULL LIMIT 1)`,
  );
  await query(
    system.urls.platform.superuser,
    'UPDATE platform.audit_heads SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM platform.audit_heads)',
  );
  expect(await findings(system, new Set())).toMatchObject({
    'bookings whose history disagrees': 1,
    'events of nobody': 1,
    'holding bookings without their time': 1,
    'gaps in audit chains': 1,
  });
}, 60_000);
