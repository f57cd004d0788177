import type { Nothing } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  clearOwnSetting,
  clearSetting,
  type ExplainSetting,
  explainSetting,
  type ListSettings,
  listOwnSettings,
  listSettings,
  type PutOwnSetting,
  type PutSetting,
  putOwnSetting,
  putSetting,
  type SettingKey,
  type SettingPlace,
} from '@platform/contracts';
import { SettingsQueries } from './settings.queries.js';
import { SettingsService } from './settings.service.js';

@Controller()
export class SettingsController {
  constructor(
    private readonly settings: SettingsService,
    private readonly queries: SettingsQueries,
  ) {}

  @Handles(listSettings)
  list(ctx: RequestContext, request: ListSettings) {
    return this.queries.list(ctx, request);
  }

  @Handles(explainSetting)
  explain(ctx: RequestContext, request: ExplainSetting) {
    return this.queries.explain(ctx, request);
  }

  @Handles(putSetting)
  put(ctx: RequestContext, request: PutSetting) {
    return this.settings.put(ctx, request);
  }

  @Handles(clearSetting)
  clear(ctx: RequestContext, request: SettingPlace) {
    return this.settings.clear(ctx, request);
  }

  @Handles(listOwnSettings)
  listOwn(ctx: RequestContext, _request: Nothing) {
    return this.queries.own(ctx);
  }

  @Handles(putOwnSetting)
  putOwn(ctx: RequestContext, request: PutOwnSetting) {
    return this.settings.putOwn(ctx, request);
  }

  @Handles(clearOwnSetting)
  clearOwn(ctx: RequestContext, request: SettingKey) {
    return this.settings.clearOwn(ctx, request);
  }
}
