import { Module } from '@nestjs/common';
import { CalendarController } from './calendar.controller.js';
import { CalendarQueries } from './calendar.queries.js';

@Module({ controllers: [CalendarController], providers: [CalendarQueries] })
export class CalendarModule {}
