import {
  type ArchiveListing,
  archiveListing,
  type RetireZone,
  retireZone,
  type UpdateZone,
  updateZone,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { OutOfUseService } from './out-of-use.service.js';
import { ZoneChangesService } from './zone-changes.service.js';

@Controller()
export class UpkeepController {
  constructor(
    private readonly zones: ZoneChangesService,
    private readonly outOfUse: OutOfUseService,
  ) {}

  @Handles(updateZone)
  updateZone(ctx: RequestContext, request: UpdateZone) {
    return this.zones.update(ctx, request);
  }

  @Handles(retireZone)
  retireZone(ctx: RequestContext, request: RetireZone) {
    return this.zones.retire(ctx, request);
  }

  @Handles(archiveListing)
  archive(ctx: RequestContext, request: ArchiveListing) {
    return this.outOfUse.archive(ctx, request);
  }
}
