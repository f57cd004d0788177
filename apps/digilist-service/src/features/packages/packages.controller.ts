import { getPackageItems, type ListingId, type PutPackageItems, putPackageItems } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { PackagesService } from './packages.service.js';

@Controller()
export class PackagesController {
  constructor(private readonly packages: PackagesService) {}

  @Handles(getPackageItems)
  get(ctx: RequestContext, request: ListingId) {
    return this.packages.get(ctx, request);
  }

  @Handles(putPackageItems)
  put(ctx: RequestContext, request: PutPackageItems) {
    return this.packages.put(ctx, request);
  }
}
