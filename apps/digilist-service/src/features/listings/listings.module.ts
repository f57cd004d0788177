import { Module } from '@nestjs/common';
import { ListingsController } from './listings.controller.js';
import { ListingsQueries } from './listings.queries.js';
import { ListingsService } from './listings.service.js';
import { ZonesService } from './zones.service.js';

@Module({ controllers: [ListingsController], providers: [ListingsService, ZonesService, ListingsQueries] })
export class ListingsModule {}
