import { describe, expect, it } from '@jest/globals';
import { FORBIDDEN, Refusal } from '@kit/contracts';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Open } from '../edge/operation-of.js';
import { TenantNames } from '../edge/tenant-names.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { VerifiedTokens } from './verified-tokens.js';

class Routes {
  forgotten() {}

  @Open()
  open() {}
}

const guard = new AuthenticationGuard(new VerifiedTokens(), new TenantNames(null), []);
const enter = (handler: () => void) =>
  guard.canActivate(new ExecutionContextHost([{ headers: {} }, {}], Routes, handler));

describe('a route', () => {
  it('that states no policy is closed', async () => {
    const refused = await enter(Routes.prototype.forgotten).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect((refused as Refusal).code).toBe(FORBIDDEN.code);
  });

  it('that is declared open is open', async () => {
    expect(await enter(Routes.prototype.open)).toBe(true);
  });
});
