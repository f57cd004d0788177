import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { ComplianceModule } from '../compliance/index.js';
import { WebhooksModule } from '../integrations/index.js';
import { AuditStreams } from './audit-streams.js';
import { ProductsController } from './products.controller.js';
import { ProductsService } from './products.service.js';
import { StateQueries } from './state.queries.js';

@Module({
  imports: [AccessModule, ComplianceModule, WebhooksModule],
  controllers: [ProductsController],
  providers: [AuditStreams, ProductsService, StateQueries],
})
export class ProductsModule {}
