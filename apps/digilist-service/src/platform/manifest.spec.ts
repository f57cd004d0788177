import {
  bookingEvents,
  digilistEvents,
  digilistOperations,
  METERS,
  MODULES,
  PERMISSIONS,
  recurringEvents,
} from '@digilist/contracts';
import { afterAll, describe, expect, it } from '@jest/globals';
import { patternsGranting, violations } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { ProductManifest } from '@platform/contracts';
import { DigilistWorld } from '../testing/digilist-world.js';
import { manifest } from './manifest.js';

afterAll(stopPostgres);

const grantedBy = (patterns: string[]) =>
  Object.keys(PERMISSIONS).filter((key) => patternsGranting(key).some((pattern) => patterns.includes(pattern)));
const role = (key: string) =>
  grantedBy(manifest.roleTemplates.find((template) => template.key === key)?.permissions ?? []);
const plan = (key: string) => manifest.planTemplates.find((template) => template.key === key);

describe('the manifest', () => {
  it('is what PLATFORM accepts', () => {
    expect(violations(ProductManifest, JSON.parse(JSON.stringify(manifest))).errors).toEqual([]);
  });

  it('knows every permission and module that an operation demands', () => {
    for (const { id, access, module } of digilistOperations) {
      if (access.kind === 'permission')
        expect([id, Object.keys(PERMISSIONS)]).toEqual([id, expect.arrayContaining([access.permission])]);
      if (module !== null) expect([id, Object.keys(MODULES)]).toEqual([id, expect.arrayContaining([module])]);
    }
  });

  it('names every event that DIGILIST publishes', () => {
    expect(manifest.eventTypes).toEqual(digilistEvents.map(({ type }) => type));
  });

  it('offers every fact of bookings and series as a webhook, with a schema that its example fits', () => {
    const offered = manifest.webhookEvents ?? [];
    const ofBookings = [...bookingEvents, ...recurringEvents].map(({ type }) => type);
    expect(offered.map(({ type }) => type)).toEqual(expect.arrayContaining(ofBookings));
    for (const { type, schema, example } of offered) {
      const { required, properties } = schema as { required: string[]; properties: object };
      if (ofBookings.includes(type))
        expect(required).toEqual(expect.arrayContaining(['status', 'listingId', 'zoneId', 'userId']));
      if (type.startsWith('digilist.invoice.'))
        expect(required).toEqual(expect.arrayContaining(['invoiceId', 'number']));
      if (type.startsWith('digilist.booking.'))
        expect(required).toEqual(expect.arrayContaining(['bookingId', 'startsAt']));
      expect(Object.keys(example)).toEqual(Object.keys(properties));
    }
  });

  it('lets nobody but case handlers decide, nobody but listing managers change listings, and residents only book', () => {
    expect(
      role('end_user').filter(
        (key) =>
          !/^digilist\.(booking|recurring-booking|calendar-feed|quote|notification|listing-type|payment)\./.test(key) &&
          !['digilist.invoice.read', 'digilist.approval.appeal', 'digilist.organization-verification.request'].includes(
            key,
          ),
      ),
    ).toEqual([]);
    expect(role('case_handler')).toContain('digilist.approval.decide');
    expect(
      role('case_handler').filter((key) => /listing\.(create|update|publish)|pricing-rule\.(create|update)/.test(key)),
    ).toEqual([]);
    expect(role('listing_manager')).toContain('digilist.listing.publish');
    expect(role('listing_manager').filter((key) => /approval\.decide|booking\.(create|cancel)/.test(key))).toEqual([]);
  });

  it('sells the modules and limits of the five plans', () => {
    const limits = (key: string) => plan(key)?.limits['digilist.bookings'];
    expect(manifest.planTemplates.map(({ key }) => key)).toEqual([
      'free',
      'basic',
      'standard',
      'professional',
      'enterprise',
    ]);
    expect(manifest.planTemplates.map(({ key }) => limits(key))).toEqual([10, 1000, null, null, null]);
    expect(plan('basic')?.limits['digilist.listings']).toBe(10);
    expect([plan('standard')?.limits['digilist.seats'], plan('professional')?.limits['digilist.seats']]).toEqual([
      50, 500,
    ]);
    expect(plan('standard')?.modules).not.toContain('digilist.analytics');
    expect(plan('enterprise')?.modules).toEqual(Object.keys(MODULES));
    for (const { modules, limits: all } of manifest.planTemplates) {
      const sold = Object.entries(METERS).filter(([, meter]) => modules.includes(meter.module));
      expect(Object.keys(all).sort()).toEqual(sold.map(([key]) => key).sort());
    }
  });
});

describe('the registration', () => {
  it('keeps asking until PLATFORM is there, while DIGILIST serves', async () => {
    const world = await DigilistWorld.open();
    try {
      await world.platform.leave();
      await world.start();
      expect(world.platform.registered).toEqual([]);
      world.platform.arrive();
      await eventually(() => expect(world.platform.registered).toEqual([JSON.parse(JSON.stringify(manifest))]), {
        within: 10_000,
      });
    } finally {
      await world.close();
    }
  });
});
