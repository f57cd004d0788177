import { describe, expect, test } from '@jest/globals';
import type { ProductManifest } from '@platform/contracts';
import { reports } from '../../../../test/product.js';
import { manifestProblems } from './manifest.js';

const problems = (more: Partial<ProductManifest>) =>
  manifestProblems(reports('acme', more)).map(({ path, code }) => `${path} ${code}`);

const text = { nb: 'x', nn: 'x', en: 'x' };

describe('a manifest', () => {
  test('that keeps to its own names has no problem', () => {
    expect(manifestProblems(reports('acme'))).toEqual([]);
  });

  test('may register only permissions, modules and meters that begin with its own key', () => {
    expect(
      problems({ permissions: [...reports('acme').permissions, { key: 'platform.tenant.create', text }] }),
    ).toEqual(['permissions.3.key foreign']);
    expect(problems({ modules: [...reports('acme').modules, { key: 'other.reports', name: 'x' }] })).toEqual([
      'modules.2.key format',
    ]);
    expect(
      problems({
        meters: [...reports('acme').meters, { key: 'other.exports', name: 'x', module: 'acme.nowhere', period: 'day' }],
      }),
    ).toEqual(['meters.2.key format', 'meters.2.module unknown']);
  });

  test.each([
    ['a permission of PLATFORM', 'platform.user.read', 'foreign'],
    ['everything', '*', 'format'],
    ['everything of everybody', '*.*.*', 'format'],
    ['what no permission matches', 'acme.invoice.*', 'unknown'],
  ])('gives no role %s', (_, pattern, code) => {
    const role = { key: 'sly', name: 'Sly', scope: 'tenant' as const, permissions: [pattern] };
    expect(problems({ roleTemplates: [role] })).toEqual([`roleTemplates.0.permissions.0 ${code}`]);
    expect(problems({ roleExtensions: [{ key: 'tenant_administrator', permissions: [pattern] }] })).toEqual([
      `roleExtensions.0.permissions.0 ${code}`,
    ]);
  });

  test('brings no role for the whole system', () => {
    const role = { key: 'sly', name: 'Sly', scope: 'saas' as const, permissions: ['acme.*.*'] };
    expect(problems({ roleTemplates: [role] })).toEqual(['roleTemplates.0.scope foreign']);
  });

  test('speaks in the audit log through a stream of its own only', () => {
    const auditStream = { stream: 'PLATFORM_EVENTS', durable: 'platform_audit' };
    expect(problems({ auditStream })).toEqual(['auditStream.stream foreign']);
  });

  test('publishes events of its own only', () => {
    expect(
      problems({ eventTypes: ['platform.user.created.v1', 'acme.report.published', 'acme.report.read.v1'] }),
    ).toEqual(['eventTypes.0 foreign', 'eventTypes.1 format']);
  });

  test('states a limit for each meter of a plan, and none besides', () => {
    const plan = { key: 'odd', version: 1, name: 'Odd', modules: ['acme.reports'] };
    expect(problems({ planTemplates: [{ ...plan, limits: {} }] })).toEqual(['planTemplates.0.limits missing']);
    expect(problems({ planTemplates: [{ ...plan, limits: { 'acme.exports': -1 } }] })).toEqual([
      'planTemplates.0.limits format',
    ]);
    expect(problems({ planTemplates: [{ ...plan, limits: { 'acme.exports': 1, 'acme.shelves': 1 } }] })).toEqual([
      'planTemplates.0.limits unknown',
    ]);
  });

  test('names everything once, and all its problems are reported together', () => {
    const { permissions } = reports('acme');
    expect(problems({ key: 'Acme', permissions: [...permissions, ...permissions] }).length).toBeGreaterThan(5);
    expect(problems({ permissions: [...permissions, permissions[0] as (typeof permissions)[number]] })).toEqual([
      'permissions.3 duplicate',
    ]);
  });
});
