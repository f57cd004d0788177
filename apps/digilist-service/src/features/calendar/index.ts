export { freeTimeAround } from './busy.js';
export { CalendarModule } from './calendar.module.js';
export { isPublicHoliday } from './domain/holidays.js';
export { covers, type Spans } from './domain/intervals.js';
export { openingSpans } from './domain/opening-hours.js';
