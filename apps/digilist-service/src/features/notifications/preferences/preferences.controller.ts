import {
  type AskPhone,
  askPhone,
  getNotificationPreferences,
  type PutNotificationPreferences,
  putNotificationPreferences,
  removePhone,
  type VerifyPhone,
  verifyPhone,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { PhonesService } from './phones.service.js';
import { PreferencesService } from './preferences.service.js';

@Controller()
export class PreferencesController {
  constructor(
    private readonly preferences: PreferencesService,
    private readonly phones: PhonesService,
  ) {}

  @Handles(getNotificationPreferences)
  get(ctx: RequestContext) {
    return this.preferences.get(ctx);
  }

  @Handles(putNotificationPreferences)
  put(ctx: RequestContext, request: PutNotificationPreferences) {
    return this.preferences.put(ctx, request);
  }

  @Handles(askPhone)
  askPhone(ctx: RequestContext, request: AskPhone) {
    return this.phones.ask(ctx, request);
  }

  @Handles(verifyPhone)
  verifyPhone(ctx: RequestContext, request: VerifyPhone) {
    return this.phones.verify(ctx, request);
  }

  @Handles(removePhone)
  removePhone(ctx: RequestContext) {
    return this.phones.remove(ctx);
  }
}
