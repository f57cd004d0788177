export { requireInterval } from '../listings/index.js';
export { freeTimeAround } from './busy.js';
export { CalendarModule } from './calendar.module.js';
export { type Busy, bookableTime, freeTime } from './domain/free-time.js';
export { isPublicHoliday } from './domain/holidays.js';
export { atLeast, covers, intersect, type Spans, spansOf, subtract } from './domain/intervals.js';
export { openingSpans } from './domain/opening-hours.js';
