import { at } from './municipality.js';
import type { Sample } from './samples.js';

const date = (day: number) => at(day, 0).slice(0, 10);
const month = () => ({ from: date(0), to: date(30) });

/** What somebody of another organization is shown is empty. */
export const reportSamples: Record<string, Sample> = {
  readUtilisation: { request: month },
  exportUtilisation: { request: month },
  readPeakTimes: { request: month },
  readIncome: { request: month },
  exportIncome: { request: month },
  readAttendance: { request: month },
  exportAttendance: { request: month },
  readCancellations: { request: month },
  exportCancellations: { request: month },
  // Of the system, not of a tenant.
  listJobs: { request: () => ({}), ofTenant: true },
};
