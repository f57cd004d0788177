import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { dependencyGraph, ROOT } from './dependency-graph.js';
import { forbidden } from './rules.cjs';

/** Per rule a tree that breaks it: file → what it imports. */
const CANARIES: Record<string, Record<string, string[]>> = {
  'no-circular': {
    'apps/acme-service/src/features/reports/a.ts': ['./b.js'],
    'apps/acme-service/src/features/reports/b.ts': ['./a.js'],
  },
  'not-to-unresolvable': { 'apps/acme-service/src/main.ts': ['./missing.js'] },
  'platform-blind-to-product': {
    'apps/platform-service/src/main.ts': ['../../../packages/contracts/digilist/src/index.js'],
    'packages/contracts/digilist/src/index.ts': [],
  },
  'platform-known-in-one-folder': {
    'apps/digilist-service/src/features/bookings/bookings.service.ts': [
      '../../../../../packages/contracts/platform/src/index.js',
    ],
    'packages/contracts/platform/src/index.ts': [],
  },
  'app-never-to-app': {
    'apps/gateway/src/main.ts': ['../../digilist-service/src/main.js'],
    'apps/digilist-service/src/main.ts': [],
  },
  'kit-knows-no-feature': {
    'packages/service-kit/src/index.ts': ['../../contracts/platform/src/index.js'],
    'packages/contracts/platform/src/index.ts': [],
  },
  'contracts-hold-no-infrastructure': { 'packages/contracts/digilist/src/index.ts': ['typeorm'] },
  'gateway-has-no-database': { 'apps/gateway/src/main.ts': ['pg'] },
  'domain-is-pure': {
    'apps/digilist-service/src/features/bookings/domain/lifecycle.ts': ['../bookings.service.js'],
    'apps/digilist-service/src/features/bookings/bookings.service.ts': [],
  },
  'domain-needs-no-machine': { 'apps/digilist-service/src/features/bookings/domain/lifecycle.ts': ['node:fs'] },
  'feature-front-door': {
    'apps/digilist-service/src/features/bookings/bookings.service.ts': ['../calendar/calendar.service.js'],
    'apps/digilist-service/src/features/calendar/calendar.service.ts': [],
  },
  'controller-is-thin': {
    'apps/digilist-service/src/features/bookings/bookings.controller.ts': ['./booking.entity.js'],
    'apps/digilist-service/src/features/bookings/booking.entity.ts': [],
  },
  'entity-stays-home': {
    'apps/digilist-service/src/features/approvals/index.ts': ['../bookings/booking.entity.js'],
    'apps/digilist-service/src/features/bookings/booking.entity.ts': [],
  },
  'not-to-spec': {
    'apps/digilist-service/src/main.ts': ['./main.spec.js'],
    'apps/digilist-service/src/main.spec.ts': [],
  },
  'not-to-test-worlds': {
    'apps/digilist-service/src/main.ts': ['../../../packages/testing/src/index.js'],
    'packages/testing/src/index.ts': [],
  },
};

const INSTALLED = ['typeorm', 'pg'];

function plant(tree: Record<string, string[]>): string {
  const base = mkdtempSync(path.join(os.tmpdir(), 'canary-'));
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
    writeFileSync(path.join(base, file), text);
  };
  for (const folder of ['apps', 'packages']) mkdirSync(path.join(base, folder));
  for (const name of INSTALLED) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'module.exports = {};\n');
  }
  for (const [file, imports] of Object.entries(tree)) {
    const lines = imports.map((from, n) => `import * as imported${n} from '${from}';\nconsole.log(imported${n});`);
    write(file, `${lines.join('\n')}\nexport const planted = true;\n`);
  }
  return base;
}

describe('the tree', () => {
  const { violations, modules } = dependencyGraph(ROOT);

  it('breaks no rule', () => {
    expect(violations).toEqual([]);
  });

  it('was read, every app and package of it', () => {
    for (const folder of [
      'apps/gateway/src',
      'apps/platform-service/src/features',
      'apps/digilist-service/src/features',
      'packages/service-kit/src',
    ]) {
      expect(modules.filter((module) => module.startsWith(folder)).length).toBeGreaterThan(5);
    }
  });
});

describe('each rule', () => {
  it('has a canary', () => {
    expect(Object.keys(CANARIES).sort()).toEqual(forbidden.map((rule) => rule.name).sort());
  });

  it.each(Object.entries(CANARIES))('%s refuses the tree that breaks it', (rule, tree) => {
    const base = plant(tree);
    try {
      expect(dependencyGraph(base).violations.map((violation) => violation.rule)).toContain(rule);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
