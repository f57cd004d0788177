import {
  type ExportUtilisation,
  exportAttendance,
  exportCancellations,
  exportIncome,
  exportUtilisation,
  type ReadPeakTimes,
  type ReadUtilisation,
  type ReportExport,
  type ReportQuery,
  readAttendance,
  readCancellations,
  readIncome,
  readPeakTimes,
  readUtilisation,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { FiguresService, REPORTS } from './figures.service.js';
import { UtilisationService } from './utilisation.service.js';

@Controller()
export class ReportsController {
  constructor(
    private readonly utilisation: UtilisationService,
    private readonly figures: FiguresService,
  ) {}

  @Handles(readUtilisation)
  readUtilisation(ctx: RequestContext, request: ReadUtilisation) {
    return this.utilisation.read(ctx, request);
  }

  @Handles(exportUtilisation)
  exportUtilisation(ctx: RequestContext, request: ExportUtilisation) {
    return this.utilisation.export(ctx, request);
  }

  @Handles(readPeakTimes)
  readPeakTimes(ctx: RequestContext, request: ReadPeakTimes) {
    return this.utilisation.peakTimes(ctx, request);
  }

  @Handles(readIncome)
  readIncome(ctx: RequestContext, request: ReportQuery) {
    return this.figures.read(ctx, REPORTS.income, request);
  }

  @Handles(exportIncome)
  exportIncome(ctx: RequestContext, request: ReportExport) {
    return this.figures.export(ctx, REPORTS.income, request);
  }

  @Handles(readAttendance)
  readAttendance(ctx: RequestContext, request: ReportQuery) {
    return this.figures.read(ctx, REPORTS.attendance, request);
  }

  @Handles(exportAttendance)
  exportAttendance(ctx: RequestContext, request: ReportExport) {
    return this.figures.export(ctx, REPORTS.attendance, request);
  }

  @Handles(readCancellations)
  readCancellations(ctx: RequestContext, request: ReportQuery) {
    return this.figures.read(ctx, REPORTS.cancellations, request);
  }

  @Handles(exportCancellations)
  exportCancellations(ctx: RequestContext, request: ReportExport) {
    return this.figures.export(ctx, REPORTS.cancellations, request);
  }
}
