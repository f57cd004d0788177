import type { Nothing } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { getSecretKeys, type RotateSecretKeys, rotateSecretKeys } from '@platform/contracts';
import { SecretKeysService } from './secret-keys.service.js';

@Controller()
export class SecretsController {
  constructor(private readonly keys: SecretKeysService) {}

  @Handles(getSecretKeys)
  get(ctx: RequestContext, _request: Nothing) {
    return this.keys.status(ctx);
  }

  @Handles(rotateSecretKeys)
  rotate(ctx: RequestContext, request: RotateSecretKeys) {
    return this.keys.rotate(ctx, request);
  }
}
