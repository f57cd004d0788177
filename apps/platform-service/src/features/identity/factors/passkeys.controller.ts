import type { Nothing, PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type AuthenticateWithPasskey,
  authenticateWithPasskey,
  beginPasskeyAuthentication,
  beginPasskeyRegistration,
  type CreatePasskey,
  createPasskey,
  deletePasskey,
  getPasskey,
  listPasskeys,
  type PasskeyId,
  type UpdatePasskey,
  updatePasskey,
} from '@platform/contracts';
import { PasskeysService } from './passkeys.service.js';

@Controller()
export class PasskeysController {
  constructor(private readonly passkeys: PasskeysService) {}

  @Handles(beginPasskeyRegistration)
  beginRegistration(ctx: RequestContext, _request: Nothing) {
    return this.passkeys.beginRegistration(ctx);
  }

  @Handles(createPasskey)
  create(ctx: RequestContext, request: CreatePasskey) {
    return this.passkeys.create(ctx, request);
  }

  @Handles(listPasskeys)
  list(ctx: RequestContext, request: PageQuery) {
    return this.passkeys.list(ctx, request);
  }

  @Handles(getPasskey)
  get(ctx: RequestContext, request: PasskeyId) {
    return this.passkeys.get(ctx, request.id);
  }

  @Handles(updatePasskey)
  update(ctx: RequestContext, request: UpdatePasskey) {
    return this.passkeys.rename(ctx, request);
  }

  @Handles(deletePasskey)
  delete(ctx: RequestContext, request: PasskeyId) {
    return this.passkeys.remove(ctx, request.id);
  }

  @Handles(beginPasskeyAuthentication)
  beginAuthentication(ctx: RequestContext, _request: Nothing) {
    return this.passkeys.beginAuthentication(ctx);
  }

  @Handles(authenticateWithPasskey)
  authenticate(ctx: RequestContext, request: AuthenticateWithPasskey) {
    return this.passkeys.authenticate(ctx, request);
  }
}
