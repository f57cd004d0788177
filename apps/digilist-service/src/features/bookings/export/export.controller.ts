import { type ExportBookings, exportBookings } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { ExportService } from './export.service.js';

@Controller()
export class BookingExportController {
  constructor(private readonly exports: ExportService) {}

  @Handles(exportBookings)
  read(ctx: RequestContext, request: ExportBookings) {
    return this.exports.read(ctx, request);
  }
}
