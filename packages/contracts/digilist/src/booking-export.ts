import { Chunk, permission, Text } from '@kit/contracts';
import { BookingFilter } from './bookings.js';
import { operation } from './context.js';

export class ExportBookings extends BookingFilter {
  @Text({ max: 500, optional: true, description: 'Set by the edge for the pieces after the first' })
  cursor?: string;
}

export const exportBookings = operation({
  id: 'exportBookings',
  subject: 'booking.export.v1',
  summary: 'Bookings as a table for spreadsheets (CSV), newest first',
  http: { method: 'GET', path: '/bookings/export.csv', answers: 'chunks' },
  request: ExportBookings,
  response: Chunk,
  access: permission('digilist.booking.export'),
  module: 'digilist.booking',
  // Who reads personal data in bulk leaves a trace.
  readOnly: false,
});

export const bookingExportOperations = [exportBookings] as const;
