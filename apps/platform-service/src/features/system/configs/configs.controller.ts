import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type ConfigPlace,
  getSystemConfig,
  type ListSystemConfigs,
  listSystemConfigs,
  listSystemConfigVersions,
  type PutSystemConfig,
  putSystemConfig,
  type ReadSystemConfigs,
  type RollBackSystemConfig,
  readSystemConfigs,
  removeSystemConfig,
  rollBackSystemConfig,
} from '@platform/contracts';
import { SystemConfigs } from './system-configs.js';

@Controller()
export class ConfigsController {
  constructor(private readonly configs: SystemConfigs) {}

  @Handles(listSystemConfigs)
  list(ctx: RequestContext, request: ListSystemConfigs) {
    return this.configs.list(ctx, request);
  }

  @Handles(getSystemConfig)
  get(ctx: RequestContext, request: ConfigPlace) {
    return this.configs.get(ctx, request);
  }

  @Handles(putSystemConfig)
  put(ctx: RequestContext, request: PutSystemConfig) {
    return this.configs.put(ctx, request);
  }

  @Handles(removeSystemConfig)
  remove(ctx: RequestContext, request: ConfigPlace) {
    return this.configs.remove(ctx, request);
  }

  @Handles(rollBackSystemConfig)
  rollBack(ctx: RequestContext, request: RollBackSystemConfig) {
    return this.configs.rollBack(ctx, request);
  }

  @Handles(listSystemConfigVersions)
  versions(ctx: RequestContext, request: ConfigPlace) {
    return this.configs.versions(ctx, request);
  }

  @Handles(readSystemConfigs)
  read(ctx: RequestContext, request: ReadSystemConfigs) {
    return this.configs.read(ctx, request);
  }
}
