export { PublicCalendarModule } from './public-calendar.module.js';
