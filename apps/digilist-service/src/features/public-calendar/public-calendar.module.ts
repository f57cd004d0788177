import { Module } from '@nestjs/common';
import { PublicCalendarController } from './public-calendar.controller.js';
import { PublicCalendarQueries } from './public-calendar.queries.js';

@Module({ controllers: [PublicCalendarController], providers: [PublicCalendarQueries] })
export class PublicCalendarModule {}
