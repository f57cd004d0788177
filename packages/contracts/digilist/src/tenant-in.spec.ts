import { expect, it } from '@jest/globals';
import type { Operation } from '@kit/contracts';
import { digilistOperations } from './index.js';

it('where nobody need say whose it is, a property of the path does: a gateway must know before it asks', () => {
  const open = (digilistOperations as readonly Operation[]).filter(
    ({ http, access }) => http !== null && access.kind === 'anonymous' && !access.tenant,
  );
  expect(open.length).toBeGreaterThan(0);
  for (const { id, http } of open) {
    expect([id, http?.path]).toEqual([id, expect.stringContaining(`{${http?.tenantIn?.property}}`)]);
  }
});
